import type { Problem } from './types'

/** A refused or failed request, as `application/problem+json` says it. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly problems: Problem[]
  readonly errorId: string | null

  constructor(status: number, code: string, title: string, problems: Problem[] = [], errorId: string | null = null) {
    super(title)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.problems = problems
    this.errorId = errorId
  }

  /** Nothing reached the server: trying again later may work. */
  get offline(): boolean {
    return this.status === 0
  }

  /** Somebody else wrote first. */
  get stale(): boolean {
    return this.status === 412
  }

  /** The messages of one field. */
  of(field: string): string[] {
    return this.problems.filter((problem) => problem.field === field).map((problem) => problem.message)
  }

  /** The messages that belong to no field. */
  get general(): string[] {
    const rest = this.problems.filter((problem) => !problem.field).map((problem) => problem.message)
    return this.problems.length ? rest : [this.message]
  }
}

/** Reads an error answer; one that is no problem document (a proxy's page) still becomes one. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null
  const title = String(body?.detail ?? body?.title ?? response.statusText ?? response.status)
  const problems = Array.isArray(body?.errors) ? (body.errors as Problem[]) : []
  const errorId = typeof body?.error_id === 'string' ? body.error_id : null
  return new ApiProblem(response.status, String(body?.code ?? `http-${response.status}`), title, problems, errorId)
}
