// A chart over time. The library loads with the first chart, and draws on a canvas: colours come
// from the stylesheet, and a sentence says the same for those who cannot see it.
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { isDark, theme } from '../theme/theme.ts';

export type Series = {
  title: string;
  /** A custom property of the style, such as `--good`. */
  color: string;
  values: readonly (number | null)[];
};

type ChartProps = {
  /** Epoch seconds, ascending. */
  times: readonly number[];
  series: readonly Series[];
  summary: string;
  shape?: 'bars' | 'lines';
};

const heightPx = 210;

export function Chart({ times, series, summary, shape = 'bars' }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const { library, isMissing } = useLibrary(times);
  const look = `${theme.value} ${String(isDark())} ${series.map(({ title }) => title).join()}`;

  useEffect(() => {
    const element = holder.current;
    if (!library || element === null) return undefined;
    const made = new library(
      optionsFor(library, { element, series, shape }),
      dataOf(times, series),
      element,
    );
    chart.current = made;
    const watch = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: heightPx }),
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [library, look, shape]);

  useEffect(() => {
    chart.current?.setData(dataOf(times, series));
  }, [times, series]);

  return (
    <figure>
      <div class="chart" ref={holder} aria-hidden="true" />
      <figcaption class={isMissing ? 'quiet' : 'hidden'}>{summary}</figcaption>
    </figure>
  );
}

/**
 * The service may be down, or have newer files than this page: then it is requested again with the
 * next data.
 */
function useLibrary(times: ChartProps['times']) {
  const [library, setLibrary] = useState<typeof uPlot>();
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    if (library) return;
    import('uplot').then(
      ({ default: loaded }) => {
        setLibrary(() => loaded);
        setMissing(false);
      },
      () => setMissing(true),
    );
  }, [library, times]);
  return { library, isMissing };
}

function dataOf(times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])];
}

type Look = { element: HTMLElement; series: readonly Series[]; shape: 'bars' | 'lines' };

function optionsFor(library: typeof uPlot, { element, series, shape }: Look): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line'), width: 1 },
  };
  const bars = library.paths.bars?.({ size: [0.7, 40] });
  return {
    width: element.clientWidth,
    height: heightPx,
    scales: { y: { range: (_chart, _low, high) => [0, Math.max(high * 1.1, 1)] } },
    axes: [
      axis,
      {
        ...axis,
        size: 48,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7],
      },
    ],
    cursor: { drag: { x: false, y: false } },
    series: [
      {},
      ...series.map(({ title, color: name }) => ({
        label: title,
        stroke: color(name),
        width: 2,
        ...(shape === 'bars' && bars ? { fill: color(name), width: 0, paths: bars } : {}),
        points: { show: shape === 'lines' },
      })),
    ],
  };
}
