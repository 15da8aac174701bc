const DIGITS = 12 // as many as tell images apart to the eye

/** The beginning of what a run is pinned to: `oci:sha256:0123456789ab…`. */
export function shortImage(image: string): string {
  return image.replace(new RegExp(`([0-9a-f]{${DIGITS}})[0-9a-f]+$`), '$1…')
}
