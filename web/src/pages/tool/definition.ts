/** One thing that a tool takes or makes, as people read of it. */
export interface Part {
  name: string
  title: string
  description: string
  facts: readonly string[]
}

export interface Parts {
  inputs: readonly Part[]
  parameters: readonly Part[]
  outputs: readonly Part[]
}

type Document = Record<string, unknown>

/** Read out of a definition what it takes and makes. */
export function partsOf(definition: Document): Parts {
  const parameters = object(definition['parameters'])
  const required = Array.isArray(parameters['required']) ? parameters['required'] : []
  return {
    inputs: named(definition['inputs'], inputFacts),
    parameters: named(parameters['properties'], (schema, name) => parameterFacts(schema, required.includes(name))),
    outputs: named(definition['outputs'], outputFacts),
  }
}

function named(given: unknown, facts: (about: Document, name: string) => readonly string[]): readonly Part[] {
  return Object.entries(object(given)).map(([name, value]) => {
    const about = object(value)
    return {
      name,
      title: text(about['title']) || name,
      description: text(about['description']),
      facts: facts(about, name),
    }
  })
}

function inputFacts(about: Document): readonly string[] {
  const types = Array.isArray(about['media_types']) ? about['media_types'].join(' or ') : ''
  return [
    about['required'] === false ? 'optional' : 'required',
    about['many'] === true ? 'one or more' : '',
    types,
  ].filter(Boolean)
}

function parameterFacts(schema: Document, required: boolean): readonly string[] {
  const choices = Array.isArray(schema['enum']) ? `one of ${schema['enum'].map(String).join(', ')}` : ''
  const type = choices || [schema['type']].flat().filter(Boolean).join(' or ')
  const byDefault = 'default' in schema ? `${JSON.stringify(schema['default'])} if left out` : ''
  return [required ? 'required' : 'optional', type, byDefault].filter(Boolean)
}

function outputFacts(about: Document): readonly string[] {
  return [text(about['glob']), text(about['media_type']), about['required'] === false ? 'not always' : ''].filter(
    Boolean,
  )
}

function object(value: unknown): Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Document) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
