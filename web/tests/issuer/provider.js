// An issuer of its own for tests: oidc-provider with its login and consent forms, which take any password.
// Prints its address once it listens. argv: port, address that the station's users see. Who is called `… as ROLE` has that
// role of the realm, as Keycloak tells it; so has a token for the resource urn:station?realm=ROLE, and with
// ?client=CLIENT/ROLE it has the role of a client. The clients data-manager and account-server sign people in by password, at
// the address and with the claims of a Keycloak before its release 25: for whoever asks, made for its client, with a nonce.
import { createServer } from 'node:http'
import process from 'node:process'
import { URLSearchParams } from 'node:url'
import { Provider } from 'oidc-provider'

const [port, station] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`

const realm = (role) => ({ realm_access: { roles: ['offline_access', role] } })
const rolesIn = (resource) => {
  const asked = new URLSearchParams(String(resource).split('?')[1])
  const [client, role] = (asked.get('client') ?? '').split('/')
  return {
    ...(asked.has('realm') && realm(asked.get('realm'))),
    ...(role && { resource_access: { [client]: { roles: [role] } } }),
  }
}

const KEYCLOAK = '/realms/science/protocol/openid-connect'
const byPassword = (client_id) => ({
  client_id,
  token_endpoint_auth_method: 'none',
  grant_types: ['password'],
  response_types: [],
  redirect_uris: [],
})
const ofKeycloak = (token) => ({
  typ: 'Bearer',
  azp: token.clientId,
  nonce: 'of-the-sign-in',
  preferred_username: token.accountId,
  resource_access: { [token.clientId]: { roles: [token.accountId.split('.as.')[1] ?? 'none'] } },
})

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'fieldstation',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: [`${station}/auth/realms/fieldstation/broker/outside/endpoint`],
    },
    {
      client_id: 'another',
      client_secret: 'of-another-program',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
    {
      client_id: 'robot',
      client_secret: 'of-the-robot',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
    ...['data-manager', 'account-server', 'stranger'].map(byPassword),
  ],
  pkce: { required: () => true },
  claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'realm_access'], email: ['email'] },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({
      sub,
      preferred_username: sub,
      name: `${sub} of elsewhere`,
      email: `${sub}@example.org`,
      ...(sub.includes(' as ') && realm(sub.split(' as ')[1])),
    }),
  }),
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo: (_, resource) => ({
        scope: '',
        audience: resource.startsWith('urn:station') ? 'fieldstation' : resource,
        accessTokenFormat: 'jwt',
      }),
    },
  },
  extraTokenClaims: (context, token) =>
    token.gty === 'password' ? ofKeycloak(token) : rolesIn(context.oidc.params?.resource),
  ttl: { AccessToken: 600, ClientCredentials: 600, IdToken: 600, Session: 600, Grant: 600, Interaction: 600 },
})

const grantByPassword = async (context) => {
  const { client, params } = context.oidc
  const token = new provider.AccessToken({ client, accountId: params.username, gty: 'password' })
  token.resourceServer = new provider.ResourceServer('account', {
    scope: '',
    audience: 'account',
    accessTokenFormat: 'jwt',
  })
  context.body = { access_token: await token.save(), expires_in: token.expiration, token_type: 'Bearer' }
}
provider.registerGrantType('password', grantByPassword, ['username', 'password'])

const answer = provider.callback()
createServer((request, response) => {
  request.url = request.url.replace(KEYCLOAK, '')
  return answer(request, response)
}).listen(Number(port), '127.0.0.1', () => process.stdout.write(`${issuer}\n`))
