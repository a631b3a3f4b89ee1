// The parts of an OpenAPI 3.1 file that the page shows.

export interface Operation {
  method: string
  path: string
  summary: string
  parameters: { name: string; in: string; required: boolean; description: string }[]
  body: Field[]
  answers: { status: string; description: string; type: string }[]
}

export interface Field {
  name: string
  type: string
  required: boolean
  description: string
}

interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: string[]
  format?: string
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  description?: string
}

interface RawOperation {
  summary?: string
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[]
  requestBody?: { content: Record<string, { schema?: Schema }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>
}

export interface Description {
  paths: Record<string, Record<string, RawOperation>>
  components: { schemas: Record<string, Schema> }
}

const last = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1)

function typeOf(s: Schema | undefined): string {
  if (!s) return ''
  if (s.$ref) return last(s.$ref)
  if (s.enum) return s.enum.join(' | ')
  const type = [s.type].flat().filter((t) => t && t !== 'null').join(' | ')
  return type === 'array' ? `${typeOf(s.items)}[]` : (s.format ?? type)
}

function fieldsOf(s: Schema | undefined, d: Description): Field[] {
  const whole = s?.$ref ? d.components.schemas[last(s.$ref)] : s
  return Object.entries(whole?.properties ?? {})
    .filter(([name]) => name !== '$schema')
    .map(([name, f]) => ({
      name,
      type: typeOf(f),
      required: whole?.required?.includes(name) ?? false,
      description: f.description ?? '',
    }))
}

/** operations is everything that can be asked, in the file's order. */
export function operations(d: Description): Operation[] {
  return Object.entries(d.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, o]) => ({
      method: method.toUpperCase(),
      path,
      summary: o.summary ?? '',
      parameters: (o.parameters ?? []).map((p) => ({
        name: p.name, in: p.in, required: p.required ?? false, description: p.description ?? typeOf(p.schema),
      })),
      body: fieldsOf(Object.values(o.requestBody?.content ?? {})[0]?.schema, d),
      answers: Object.entries(o.responses).map(([status, r]) => {
        const [kind, content] = Object.entries(r.content ?? {})[0] ?? ['', {}]
        return { status, description: r.description ?? '', type: typeOf((content as { schema?: Schema }).schema) || kind }
      }),
    })),
  )
}

/** schemas is what the types are made of, by name. */
export function schemas(d: Description): { name: string; fields: Field[] }[] {
  return Object.entries(d.components.schemas).map(([name, s]) => ({ name, fields: fieldsOf(s, d) }))
}
