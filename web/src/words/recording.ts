// What is said about recordings on more than one page.
import zh from '@/locales/film.zh'

/** causeKey names the words for why nothing was recorded. */
export function causeKey(cause: string): string {
  return cause in zh.film.cause ? `film.cause.${cause}` : 'film.cause.unknown'
}
