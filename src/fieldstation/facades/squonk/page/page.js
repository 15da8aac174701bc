// Lists the operations of this door and lets people try them. What comes from anywhere is shown as text, never as markup.
'use strict'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const SHOWN = 200000 // characters of an answer
const byId = (id) => document.getElementById(id)

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

function resolved(schema, known) {
  const name = schema?.$ref?.split('/').pop()
  return name ? (known[name] ?? {}) : (schema ?? {})
}

function kinds(schema) {
  return [schema.type, ...(schema.anyOf ?? []).map((one) => one.type)]
}

function field(name, schema, needed, about) {
  let input
  if (schema.format === 'binary' || schema.contentMediaType) {
    input = element('input', { type: 'file' })
  } else if (kinds(schema).includes('boolean')) {
    input = element('select', {}, ...['', 'true', 'false'].map((one) => element('option', { value: one }, one)))
  } else {
    input = element('input', { type: 'text', autocomplete: 'off', spellcheck: false })
  }
  input.name = name
  input.required = needed
  return element('label', {}, `${name}${needed ? ' (needed)' : ''}${about ? `: ${about}` : ''}`, input)
}

function example(schema, known, depth = 0) {
  const one = resolved(schema, known)
  if (depth > 5) return null
  if (one.examples) return one.examples[0]
  if (one.default !== undefined) return one.default
  if (one.enum) return one.enum[0]
  if (one.anyOf) return example(one.anyOf[0], known, depth + 1)
  if (one.type === 'array') return []
  if (one.type === 'integer' || one.type === 'number') return one.minimum ?? 1
  if (one.type === 'boolean') return false
  if (one.type !== 'object') return ''
  const needed = (one.required ?? []).map((name) => [name, example(one.properties?.[name], known, depth + 1)])
  return Object.fromEntries(needed)
}

// Returns the fields of a body and what makes a body of them, by the type that the operation takes.
function body(operation, known) {
  const [type, { schema }] = Object.entries(operation.requestBody?.content ?? {})[0] ?? ['', {}]
  const shape = resolved(schema, known)
  if (type === 'application/json') {
    const text = element('textarea', { name: 'body', spellcheck: false })
    text.value = JSON.stringify(example(shape, known), null, 2)
    const sent = () => ({ body: text.value, headers: { 'Content-Type': type } })
    return { fields: [element('label', {}, 'body (JSON)', text)], sent }
  }
  const needed = shape.required ?? []
  const fields = Object.entries(shape.properties ?? {}).map(([name, one]) =>
    field(name, resolved(one, known), needed.includes(name), one.description),
  )
  const sent = () => {
    const form = type === 'multipart/form-data' ? new FormData() : new URLSearchParams()
    for (const label of fields) {
      const input = label.querySelector('input, select')
      const value = input.type === 'file' ? input.files[0] : input.value
      if (value) form.append(input.name, value)
    }
    return type ? { body: form, headers: {} } : { headers: {} }
  }
  return { fields, sent }
}

function address(path, parameters) {
  const query = new URLSearchParams()
  let filled = path
  for (const { input, place } of parameters) {
    if (place === 'path') filled = filled.replace(`{${input.name}}`, () => encodeURIComponent(input.value))
    else if (input.value) query.append(input.name, input.value)
  }
  const url = new URL(`.${filled}`, new URL('.', location.href))
  url.search = query.toString()
  return url
}

async function shown(answer) {
  const type = answer.headers.get('content-type') ?? ''
  const head = `${answer.status} ${answer.statusText}`
  if (!type || type.startsWith('text/') || type.includes('json')) {
    const text = await answer.text()
    let told = text
    try {
      told = JSON.stringify(JSON.parse(text), null, 2)
    } catch {
      // not JSON: told as it is
    }
    return [head, element('pre', { tabIndex: 0 }, told.slice(0, SHOWN))]
  }
  const bytes = await answer.blob()
  const link = element('a', { href: URL.createObjectURL(bytes), download: 'answer' }, `save ${bytes.size} bytes`)
  return [head, element('p', {}, link)]
}

function tried(method, path, operation, known) {
  const parameters = (operation.parameters ?? []).filter((one) => one.in === 'path' || one.in === 'query')
  const fields = parameters.map((one) => field(one.name, resolved(one.schema, known), one.required, one.description))
  const inputs = fields.map((label, place) => ({ input: label.querySelector('input, select'), place: parameters[place].in }))
  const { fields: more, sent } = body(operation, known)
  const answer = element('div', { role: 'status' })
  const form = element('form', {}, ...fields, ...more, element('button', { type: 'submit' }, 'Send'), answer)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    answer.replaceChildren('…')
    try {
      const { body: content, headers } = sent()
      const token = byId('token').value.trim()
      const known = token ? { Authorization: `Bearer ${token}` } : { 'X-Fieldstation': '1' }
      const request = { method: method.toUpperCase(), body: content, headers: { ...headers, ...known } }
      answer.replaceChildren(...(await shown(await fetch(address(path, inputs), request))))
    } catch (error) {
      answer.replaceChildren(String(error))
    }
  })
  return form
}

function listed(method, path, operation, known) {
  const name = element('summary', {}, element('code', {}, `${method.toUpperCase()} ${path}`), ` ${operation.summary ?? ''}`)
  const details = element('details', {}, name)
  details.dataset.words = `${method} ${path} ${operation.summary} ${operation.operationId}`.toLowerCase()
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) {
      if (operation.description) details.append(element('p', {}, operation.description))
      details.append(tried(method, path, operation, known))
    }
  })
  return details
}

function show(document_) {
  document.title = byId('title').textContent = document_.info.title
  byId('about').textContent = document_.info.description ?? ''
  const known = document_.components?.schemas ?? {}
  const groups = new Map()
  for (const [path, operations] of Object.entries(document_.paths)) {
    for (const method of METHODS.filter((one) => operations[one])) {
      const tag = operations[method].tags?.[0] ?? 'other'
      groups.set(tag, [...(groups.get(tag) ?? []), listed(method, path, operations[method], known)])
    }
  }
  const sections = [...groups].map(([tag, all]) => element('section', {}, element('h2', {}, tag), ...all))
  byId('operations').replaceChildren(...sections)
}

function narrow() {
  const words = byId('find').value.toLowerCase().split(/\s+/)
  for (const section of document.querySelectorAll('section')) {
    const all = [...section.querySelectorAll('details')]
    for (const one of all) one.hidden = !words.every((word) => one.dataset.words.includes(word))
    section.hidden = all.every((one) => one.hidden)
  }
}

async function start() {
  byId('find').addEventListener('input', narrow)
  try {
    const answer = await fetch('openapi.json')
    if (!answer.ok) throw new Error(`openapi.json: ${answer.status}`)
    show(await answer.json())
  } catch (error) {
    byId('operations').replaceChildren(element('p', {}, String(error)))
  }
  byId('operations').removeAttribute('aria-busy')
}

start()
