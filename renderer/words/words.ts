/** The language in use. A translation is another object of the same shape; screens hold no words of their own. */
import { en } from './en.ts';

export type Words = typeof en;
export const words: Words = en;
