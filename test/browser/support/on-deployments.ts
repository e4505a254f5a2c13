/** Files of the suite that run against a deployment. The rest needs a local server: its inbox, its settings, its speed. */
export const onDeployments = ['pages', 'tasks', 'hostile'].map((name) => `test/browser/${name}`);
