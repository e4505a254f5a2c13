// The console starts here.
import { render } from 'preact';
import { App } from './app.tsx';
import { startRouter } from './state/router.ts';
import { startSession } from './state/session.ts';

const element = document.getElementById('console');
if (element === null) throw new Error('The page has no element for the console');
element.replaceChildren();
startRouter();
void startSession();
render(<App />, element);
