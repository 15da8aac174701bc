import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const field: MantineColorsTuple = [
  '#ecf7f6',
  '#d3ebe9',
  '#a8d8d4',
  '#79c3bd',
  '#52b0a9',
  '#33a099',
  '#158b84',
  '#0b746e',
  '#085e59',
  '#044743',
]

// Greys of the dark scheme lean to the accent, as the grounds do.
const dark: MantineColorsTuple = [
  '#d3d9dc',
  '#b3bcc1',
  '#8d979d',
  '#636e74',
  '#3c464b',
  '#2d363a',
  '#20272a',
  '#15191b',
  '#101415',
  '#0b0e0f',
]

const SANS = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", Menlo, monospace'

/** One accent, small type, tight spacing: made for people who read tables. */
export const theme = createTheme({
  primaryColor: 'field',
  primaryShade: 7, // white letters on it are readable in light and dark
  colors: { field, dark },
  autoContrast: true,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'sm',
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  components: { Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } } },
  headings: {
    fontFamily: SANS,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
})

/** Texts of lesser weight stay readable: at least 4.5 to 1 on every ground they stand on. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#565e66',
    '--mantine-color-placeholder': '#6a7178',
    '--mantine-color-error': '#c21f2b',
    '--field-ground': '#f6f8f8',
    '--field-line': '#dde3e4',
    '--field-good': '#1c7c3c',
    '--field-bad': '#c21f2b',
    '--field-busy': '#1864ab',
    '--field-wait': '#8a5a00',
    '--field-still': '#565e66',
    '--field-mark': '#ffec99',
    '--field-badge': '#c21f2b',
    '--field-badge-text': '#ffffff',
    '--mantine-color-red-outline': '#c21f2b',
    '--mantine-color-yellow-outline': '#8a5a00',
    '--phase-waiting': '#c3cacf',
    '--phase-staging': '#7fb0de',
    '--phase-running': '#158b84',
    '--phase-collecting': '#ab8dd1',
  },
  dark: {
    '--mantine-color-dimmed': '#a6aeb5',
    '--mantine-color-placeholder': '#989fa6',
    '--mantine-color-error': '#ff8f8f',
    '--field-ground': '#1b2023',
    '--field-line': '#31393d',
    '--field-good': '#69db7c',
    '--field-bad': '#ff8f8f',
    '--field-busy': '#74c0fc',
    '--field-wait': '#ffd43b',
    '--field-still': '#a6aeb5',
    '--field-mark': '#6b5900',
    '--field-badge': '#ff8f8f',
    '--field-badge-text': '#15191b',
    '--mantine-color-red-outline': '#ff8f8f',
    '--mantine-color-yellow-outline': '#ffd43b',
    '--mantine-color-field-light': 'rgb(82 176 169 / 16%)',
    '--mantine-color-field-light-hover': 'rgb(82 176 169 / 24%)',
    '--mantine-color-field-light-color': '#a8d8d4',
    '--phase-waiting': '#566167',
    '--phase-staging': '#4a7fb0',
    '--phase-running': '#33a099',
    '--phase-collecting': '#8c6dba',
  },
})
