/** The service's version, written in by the build. */
declare const CONSOLE_VERSION: string;

declare module '*.md' {
  const text: string;
  export default text;
}

declare module '*.css';
