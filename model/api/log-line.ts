import { z } from 'zod'

/** A line that the controller has logged. */
export const logLine = z.object({
  /** ISO 8601. */
  time: z.string(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  range: z.string().optional(),
  vm: z.string().optional(),
  fields: z.record(z.string(), z.unknown()),
})
export type LogLine = z.infer<typeof logLine>

/** A line as it is written: its fields beside the rest. */
export const writtenLine = z
  .looseObject({ level: logLine.shape.level, time: z.string(), msg: z.string() })
  .transform(({ level, time, msg, ...fields }): LogLine => {
    const { range, vm } = fields
    return {
      time,
      level,
      message: msg,
      ...(typeof range === 'string' ? { range } : {}),
      ...(typeof vm === 'string' ? { vm } : {}),
      fields,
    }
  })
