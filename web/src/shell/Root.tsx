import { Center, Container, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { LiveNews } from '@/live/LiveNews'
import { isSignedOut, meQuery } from '@/session/me'
import { SignIn } from '@/session/SignIn'
import { ProblemNote } from '@/show/Problem'
import { Shell } from './Shell'

/** Every page inside the shell, for who is signed in; the way to sign in for everybody else. */
export function Root() {
  const me = useQuery(meQuery)
  if (isSignedOut(me.error)) return <SignIn />
  if (me.data) {
    return (
      <>
        <LiveNews />
        <Shell me={me.data} />
      </>
    )
  }
  if (me.error) {
    return (
      <Container component="main" size="sm" py="xl">
        <ProblemNote error={me.error} title="The station cannot be reached" retry={() => void me.refetch()} />
      </Container>
    )
  }
  return (
    <Center component="main" mih="100dvh">
      <Loader aria-label="Loading" />
    </Center>
  )
}
