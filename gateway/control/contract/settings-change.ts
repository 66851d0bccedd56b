/**
 * A change of some settings. The settings' own schema fills in what is missing, which is right for a file and wrong for
 * a change: naming one setting would set all the others back.
 */
import { z } from 'zod';
import { settingsSchema } from '../../store/schema.ts';

const { shape } = settingsSchema;
const retention = shape.retention.unwrap().shape;
const limits = shape.limits.unwrap().shape;
const timeouts = shape.timeouts.unwrap().shape;
const cache = shape.cache.unwrap().shape;
const tracing = shape.tracing.unwrap().shape;

export const settingsChangeSchema = z
  .strictObject({
    recording: shape.recording.unwrap(),
    maxBodyBytes: shape.maxBodyBytes.unwrap(),
    captureBodyBytes: shape.captureBodyBytes.unwrap(),
    /** Groups are given whole. */
    retention: z.strictObject({
      maxAgeDays: retention.maxAgeDays.unwrap(),
      failureMaxAgeDays: retention.failureMaxAgeDays.unwrap(),
      maxSizeMb: retention.maxSizeMb.unwrap(),
    }),
    timeouts: z.strictObject({
      connectMs: timeouts.connectMs.unwrap(),
      firstByteMs: timeouts.firstByteMs.unwrap(),
      idleMs: timeouts.idleMs.unwrap(),
      totalMs: timeouts.totalMs.unwrap(),
    }),
    limits: z.strictObject({
      redisGone: limits.redisGone.unwrap(),
      warnAtPercent: limits.warnAtPercent.unwrap(),
      assumedOutputTokens: limits.assumedOutputTokens.unwrap(),
    }),
    allowedOrigins: shape.allowedOrigins.unwrap(),
    allowedHosts: shape.allowedHosts.unwrap(),
    proxyUrl: shape.proxyUrl.unwrap(),
    experiments: shape.experiments.unwrap(),
    cache: z.strictObject({
      ttlMs: cache.ttlMs.unwrap(),
      maxMb: cache.maxMb.unwrap(),
      shared: cache.shared.unwrap(),
      random: cache.random.unwrap(),
    }),
    tracing: z.strictObject({ otlpUrl: tracing.otlpUrl.unwrap(), content: tracing.content.unwrap() }),
    startAtLogin: shape.startAtLogin.unwrap(),
    notifyOnFailure: shape.notifyOnFailure.unwrap(),
    port: shape.port.unwrap(),
  })
  .partial();
export type SettingsChange = z.infer<typeof settingsChangeSchema>;
