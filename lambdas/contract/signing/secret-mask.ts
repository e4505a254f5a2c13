/** Stands for a secret that the API stores but never shows. Written back, it keeps the secret. */
export const secretMask = '••••••';
