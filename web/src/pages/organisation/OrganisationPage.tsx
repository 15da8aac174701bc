import { Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { api, take } from '@/api/client'
import { AlterDialog } from '@/pages/organisations/AlterDialog'
import { Belonging } from '@/pages/organisations/Belonging'
import { RULES } from '@/pages/organisations/privacy'
import { booksChanged, organisationQuery, unitsQuery, type Organisation } from '@/pages/organisations/queries'
import { UnitTable } from '@/pages/organisations/UnitTable'
import { meQuery } from '@/session/me'
import { ButtonLink } from '@/show/links'
import { Loading, Page, Section } from '@/show/Page'
import { ProblemNote } from '@/show/Problem'
import { Question } from '@/show/Question'
import { NewUnit } from './NewUnit'

const route = getRouteApi('/organisations/$organisation')

/** An organisation: its units and its members. */
export function OrganisationPage() {
  const { organisation } = route.useParams()
  const found = useQuery(organisationQuery(organisation))
  if (found.data) return <Found organisation={found.data} />
  return (
    <Page title="Organisation">
      {found.isPending && <Loading rows={5} />}
      {found.error && <ProblemNote error={found.error} retry={() => void found.refetch()} />}
    </Page>
  )
}

function Found({ organisation }: { organisation: Organisation }) {
  const me = useQuery(meQuery).data
  const operator = me?.operator ?? false
  const keeps = !organisation.builtin && (organisation.member || operator)
  const at = (username: string) => ({ params: { path: { reference: organisation.id, username } } })
  const address = '/api/v1/organisations/{reference}/members/{username}'
  return (
    <Page
      title={organisation.name}
      lead={
        organisation.builtin
          ? 'The station’s own: it holds the personal units, and has no members.'
          : `Of ${organisation.owner ?? 'the station'}. Its projects: ${RULES[organisation.privacy].toLowerCase()}.`
      }
      actions={
        <>
          <ButtonLink variant="default" to="/charges" search={{ organisation: organisation.id }}>
            Charges
          </ButtonLink>
          {keeps && <Actions organisation={organisation} owns={operator || me?.username === organisation.owner} />}
        </>
      }
    >
      <Units organisation={organisation} />
      {keeps && <NewUnit organisation={organisation} />}
      {keeps && (
        <Belonging
          owner={organisation.owner}
          users={organisation.users}
          keeps
          hint="A member sees all units, makes new ones, and may bring people in."
          add={(username) => take(api.PUT(address, at(username)))}
          take={(username) => take(api.DELETE(address, at(username)))}
        />
      )}
    </Page>
  )
}

function Units({ organisation }: { organisation: Organisation }) {
  const units = useInfiniteQuery(unitsQuery(organisation.id))
  const found = units.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Section title="Units">
      {units.isPending && <Loading />}
      {units.error && <ProblemNote error={units.error} retry={() => void units.refetch()} />}
      {units.isSuccess && found.length === 0 && <Text c="dimmed">There is none that you see.</Text>}
      {found.length > 0 && <UnitTable units={found} />}
      {units.hasNextPage && (
        <Button mt="sm" variant="default" loading={units.isFetchingNextPage} onClick={() => void units.fetchNextPage()}>
          More units
        </Button>
      )}
    </Section>
  )
}

function Actions({ organisation, owns }: { organisation: Organisation; owns: boolean }) {
  const [altering, alter] = useDisclosure(false)
  const [asking, ask] = useDisclosure(false)
  const operator = useQuery(meQuery).data?.operator ?? false
  const queries = useQueryClient()
  const navigate = route.useNavigate()
  const params = { path: { reference: organisation.id } }
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/organisations/{reference}', { params })),
    onSuccess: async () => {
      await navigate({ to: '/organisations' })
      await booksChanged(queries)
    },
  })
  return (
    <Group gap="xs">
      {owns && (
        <Button variant="default" onClick={alter.open}>
          Change
        </Button>
      )}
      {operator && (
        <Button variant="default" onClick={ask.open}>
          Remove
        </Button>
      )}
      <AlterDialog
        thing={organisation}
        opened={altering}
        close={alter.close}
        change={(body) => take(api.PATCH('/api/v1/organisations/{reference}', { params, body }))}
      />
      <Question
        title="Remove this organisation?"
        text="It must have no units and no assets. Its members keep what is theirs."
        verb="Remove"
        deed={remove}
        opened={asking}
        close={ask.close}
      />
    </Group>
  )
}
