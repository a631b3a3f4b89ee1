// How refusals about case files are said.
import { Refusal } from '@/api/client'
import zh from '@/locales/casefile.zh'

/** exportProblem names the words for why nothing can be exported. */
export function exportProblem(e: unknown): string {
  const code = e instanceof Refusal ? (e.problem.code ?? '') : ''
  return `casefile.export.problem.${code in zh.casefile.export.problem ? code : 'other'}`
}

/** certificateProblem names the words for why there is no certificate. */
export function certificateProblem(e: unknown): string {
  const code = e instanceof Refusal ? (e.problem.code ?? '') : ''
  return code === 'damaged' ? 'casefile.certificate.damaged' : exportProblem(e)
}

/** gapProblem names the words for why an explanation or a signature was not taken. */
export function gapProblem(e: unknown): string {
  const code = e instanceof Refusal ? (e.problem.code ?? '') : ''
  return `casefile.gap.problem.${code === 'stale' || code === 'unexplained' ? 'stale' : code === 'authority' || code === 'forbidden' ? 'authority' : 'other'}`
}

/** lengthOf writes seconds as 1:02:03, short ones to the tenth, those of a few pictures to the hundredth. */
export function lengthOf(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`
  const s = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}
