/** Write an amount of coins, which the station tells as a decimal text, with its digits in groups of three. */
export function coins(amount: string): string {
  const [whole = '0', part] = amount.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return part ? `${grouped}.${part}` : grouped
}

/** Write an amount of coins with its noun: `1 coin`, `2,000 coins`. */
export function coinCount(amount: string): string {
  return `${coins(amount)} ${amount === '1' ? 'coin' : 'coins'}`
}

/** How much of an allowance is used, from 0 to 100; what is exact is left to the station. */
export function share(used: string, of: string): number {
  const whole = Number(of)
  return whole > 0 ? Math.min(100, (Number(used) / whole) * 100) : 0
}
