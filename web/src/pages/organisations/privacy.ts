import type { Privacy } from './queries'

/** What a rule says of the projects that an organisation or a unit pays for. */
export const RULES: Readonly<Record<Privacy, string>> = {
  default_private: 'Private unless its maker says otherwise',
  default_public: 'Public unless its maker says otherwise',
  always_private: 'Always private',
  always_public: 'Always public',
}

export const RULE_CHOICES = Object.entries(RULES).map(([value, label]) => ({ value: value as Privacy, label }))
