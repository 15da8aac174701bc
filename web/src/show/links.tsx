import { Anchor, Button, NavLink, type AnchorProps, type ButtonProps, type NavLinkProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'

type Native = ComponentPropsWithRef<'a'>
type With<Props> = Props & Omit<Native, keyof Props>

function AnchorRoot(props: With<AnchorProps>) {
  return <Anchor {...props} />
}

function ButtonRoot(props: With<ButtonProps>) {
  return <Button component="a" {...props} />
}

function NavRoot(props: With<NavLinkProps>) {
  return <NavLink component="a" {...props} />
}

/** Links of the theme that lead to pages of ours. */
export const PageLink = createLink(AnchorRoot)
export const ButtonLink = createLink(ButtonRoot)
export const NavigationLink = createLink(NavRoot)
