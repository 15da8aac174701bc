import { Button, Group } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { api, take } from '@/api/client'
import { AlterDialog } from '@/pages/organisations/AlterDialog'
import { Belonging } from '@/pages/organisations/Belonging'
import { RULES } from '@/pages/organisations/privacy'
import { booksChanged, unitQuery, type Unit } from '@/pages/organisations/queries'
import { meQuery } from '@/session/me'
import { PageLink } from '@/show/links'
import { Loading, Page } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { Products } from './Products'
import { Subscribe } from './Subscribe'

const route = getRouteApi('/units/$unit')
const MEMBERS = '/api/v1/units/{reference}/members/{username}'

/** A unit: what it subscribed to, and who belongs to it. */
export function UnitPage() {
  const { unit } = route.useParams()
  const found = useQuery(unitQuery(unit))
  if (found.data) return <Found unit={found.data} />
  return (
    <Page title="Unit">
      {found.isPending && <Loading rows={5} />}
      {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
    </Page>
  )
}

function Found({ unit }: { unit: Unit }) {
  const at = (username: string) => ({ params: { path: { reference: unit.id, username } } })
  return (
    <Page
      title={unit.name}
      lead={
        <>
          {unit.personal ? 'A personal unit in ' : 'A unit of '}
          <PageLink to="/organisations/$organisation" params={{ organisation: unit.organisation }}>
            {unit.organisation_name}
          </PageLink>
          . Its periods begin on day {unit.billing_day} of each month. Its projects: {RULES[unit.privacy].toLowerCase()}
          .
        </>
      }
      actions={<Actions unit={unit} />}
    >
      <Products unit={unit} />
      <Subscribe unit={unit} />
      {!unit.personal && (
        <Belonging
          owner={unit.owner}
          users={unit.users}
          keeps
          hint="A member sees this unit and its products, may subscribe to more, and may bring people in."
          add={(username) => take(api.PUT(MEMBERS, at(username)))}
          take={(username) => take(api.DELETE(MEMBERS, at(username)))}
        />
      )}
    </Page>
  )
}

function Actions({ unit }: { unit: Unit }) {
  const [altering, alter] = useDisclosure(false)
  const [asking, ask] = useDisclosure(false)
  const me = useQuery(meQuery).data
  const queries = useQueryClient()
  const navigate = route.useNavigate()
  const own = me?.username === unit.owner
  const params = { path: { reference: unit.id } }
  const remove = useMutation({
    mutationFn: () =>
      take(unit.personal ? api.DELETE('/api/v1/personal-unit') : api.DELETE('/api/v1/units/{reference}', { params })),
    onSuccess: async () => {
      await navigate({ to: '/organisations' })
      await booksChanged(queries)
    },
  })
  return (
    <Group gap="xs">
      {(own || me?.operator) && (
        <Button variant="default" onClick={alter.open}>
          Change
        </Button>
      )}
      {(own || !unit.personal) && (
        <Button variant="default" onClick={ask.open}>
          Remove
        </Button>
      )}
      <AlterDialog
        thing={unit}
        nameFixed={unit.personal}
        opened={altering}
        close={alter.close}
        change={(body) => take(api.PATCH('/api/v1/units/{reference}', { params, body }))}
      />
      <Question
        title="Remove this unit?"
        text="It must have no products and no assets. Its members keep what is theirs."
        verb="Remove"
        deed={remove}
        opened={asking}
        close={ask.close}
      />
    </Group>
  )
}
