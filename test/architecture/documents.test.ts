// Documents name files, headings and each other. Whatever moves must not leave a name behind that leads nowhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folders = ['bench', 'bin', 'docs', 'lambdas', 'lib', 'scripts', 'test', 'web'];

const paths = [
  ...readdirSync(root),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, path).replaceAll('\\', '/'),
    ),
  ),
];
const documents = paths.filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md');
const sources = paths.filter((path) => /^(?!web\/dist\/).+\/.+\.(?:ts|tsx|mjs)$/.test(path));

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function unfenced(markdown: string): string {
  return markdown.replace(/^```[^]*?^```/gm, '');
}

function headingsOf(path: string): string[] {
  return [...unfenced(read(path)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
}

/** As GitHub makes them. */
function anchorsOf(path: string): string[] {
  return headingsOf(path).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Files by any name that ends where theirs does (`decide.ts`); folders from the root. */
function namesOf(markdown: string): string[] {
  const quoted = [...unfenced(markdown).matchAll(/`([\w./-]+)`/g)].map(([, name = '']) => name);
  const isFile = /^[\w-][\w./-]*\.(?:ts|tsx|mjs|md)$/;
  return quoted.filter(
    (name) => isFile.test(name) || folders.some((folder) => name.startsWith(`${folder}/`)),
  );
}

function isThere(name: string): boolean {
  const built = name.startsWith('web/dist');
  return built || paths.some((path) => `/${path}`.endsWith(`/${name.replace(/\/$/, '')}`));
}

type Link = { target: string; anchor: string | undefined };

function linksOf(path: string): Link[] {
  const links = unfenced(read(path)).matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g);
  return [...links].map(([, target = '', anchor]) => {
    const linked = relative(root, join(root, dirname(path), target));
    return { target: target === '' ? path : linked, anchor };
  });
}

function leadsSomewhere({ target, anchor }: Link): boolean {
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

test('the documents are found', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md']));
  expect(documents.length).toBeGreaterThan(20);
});

describe.each(documents)('%s', (path) => {
  test('names only files and folders that exist', () => {
    expect(namesOf(read(path)).filter((name) => !isThere(name))).toEqual([]);
  });

  test('links only to files and headings that exist', () => {
    expect(linksOf(path).filter((link) => !leadsSomewhere(link))).toEqual([]);
  });
});

test('every document can be reached from the README', () => {
  const reached = new Set(['README.md']);
  // What is added is visited as well.
  for (const path of reached) {
    const targets = linksOf(path).map(({ target }) => target.replace(/\/$/, ''));
    const found = documents.filter(
      (document) => targets.includes(document) || targets.includes(dirname(document)),
    );
    for (const document of found) reached.add(document);
  }
  expect(documents.filter((path) => !reached.has(path))).toEqual([]);
});

test('comments in code cite only documents and sections that exist', () => {
  const cited = sources.flatMap((path) => {
    const text = read(path).replace(/\n\s*(?:\/\/|\*) /g, ' ');
    const citations = text.matchAll(
      /\b((?:docs\/[\w/-]+|ARCHITECTURE|README)\.md)(?:, "([^"]+)")?/g,
    );
    return [...citations].map(([, document = '', section]) => ({ path, document, section }));
  });
  expect(cited.length).toBeGreaterThan(5);
  const lost = cited.filter(({ document, section }) => {
    if (!existsSync(join(root, document))) return true;
    return section !== undefined && !headingsOf(document).some((one) => one.startsWith(section));
  });
  expect(lost).toEqual([]);
});

test('the map has every room, with the layers that have it', () => {
  const [, map = ''] = read('ARCHITECTURE.md').split('| room | holds | layers |');
  const [table = ''] = map.split('\n\n');
  const drawn = [...table.matchAll(/^\| (`.+`) \| .+ \| (.+) \|$/gm)].flatMap(
    ([, rooms = '', layers = '']) =>
      [...rooms.matchAll(/`([\w-]+)`/g)].flatMap(([, room]) =>
        layers.split(', ').map((layer) => `${layer}/${room}`),
      ),
  );
  const rooms = sources
    .map((path) => /^lambdas\/(?:adapters\/)?(\w+\/[\w-]+)\/[^/]+$/.exec(path)?.[1] ?? '')
    .filter((room) => room !== '' && !room.startsWith('adapters/'));
  expect(drawn.toSorted()).toEqual([...new Set(rooms)].toSorted());
});
