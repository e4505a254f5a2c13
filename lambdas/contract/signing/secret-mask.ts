/** Stands for a secret that the API holds and does not show. Written back, it leaves the secret as it is. */
export const secretMask = '••••••';
