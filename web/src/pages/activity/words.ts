import type { Action } from './queries'

type Body = Action['body']

/** What each kind says, and what of its body belongs behind it. */
const SAYS: Readonly<Record<string, (body: Body) => string>> = {
  'organisation.created': (body) => `made the organisation ${text(body, 'name')}`,
  'organisation.changed': (body) => `changed the organisation ${text(body, 'name')}`,
  'organisation.removed': () => 'removed an organisation',
  'organisation.joined': (body) => `brought ${text(body, 'username')} into the organisation`,
  'organisation.left': (body) => `took ${text(body, 'username')} out of the organisation`,
  'unit.created': (body) => `made the unit ${text(body, 'name')}`,
  'unit.changed': (body) => `changed the unit ${text(body, 'name')}`,
  'unit.removed': () => 'removed a unit',
  'unit.joined': (body) => `brought ${text(body, 'username')} into the unit`,
  'unit.left': (body) => `took ${text(body, 'username')} out of the unit`,
  'product.created': (body) => `subscribed to ${text(body, 'name')}`,
  'product.changed': (body) => `changed the product ${text(body, 'name')}`,
  'product.removed': () => 'removed a product',
  'product.claimed': () => 'claimed a product for a project',
  'product.released': () => 'let a product go, with its project',
  'asset.created': (body) => `made the asset ${text(body, 'name')}`,
  'asset.changed': (body) => `changed the asset ${text(body, 'name')}`,
  'asset.removed': (body) => `removed the asset ${text(body, 'name')}`,
  'authority.answered': (body) =>
    `${body['granted'] === true ? 'was given' : 'was refused'} authority: ${asked(body)}${reason(body)}`,
  'charge.processing': (body) =>
    `charged ${coins(body)} for ${text(body, 'name')} of ${text(body, 'username')}${body['final'] === true ? '' : ' so far'}`,
  'charge.storage': (body) => `charged ${coins(body)} for storage on ${text(body, 'day')}`,
}

/** Say what was done, in words behind the name of who did it. */
export function saidOf(action: Pick<Action, 'kind' | 'body'>): string {
  const says = SAYS[action.kind]
  return says ? says(action.body) : action.kind
}

/** Who did it, as a sentence begins. */
export function whoOf(action: Pick<Action, 'actor'>): string {
  return action.actor === 'station' ? 'The station' : action.actor
}

function asked(body: Body): string {
  const operation = text(body, 'operation').toLowerCase()
  const what = text(body, 'name') || text(body, 'value')
  return what ? `${operation} ${what}` : operation
}

function reason(body: Body): string {
  const why = text(body, 'reason')
  return why ? ` (${why})` : ''
}

function coins(body: Body): string {
  const amount = Number(text(body, 'coins'))
  return amount === 1 ? '1 coin' : `${String(amount)} coins`
}

function text(body: Body, name: string): string {
  const value = body[name]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
