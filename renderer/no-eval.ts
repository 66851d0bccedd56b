/**
 * Zod compiles its object parsers with `new Function` where it may, and finds out by trying: under our content security
 * policy that try is a reported violation. Must be imported before the first schema is made.
 */
import { z } from 'zod';

z.config({ jitless: true });
