import type { components, operations } from "uservault";

type User = components["schemas"]["UserRead"];
type ProblemDetails = components["schemas"]["ProblemDetails"];
type UserCreate = components["schemas"]["UserCreate"];
type Listed = operations["list_users"]["responses"][200]["content"]["application/json"];
type Refused = operations["login"]["responses"][401]["content"]["application/problem+json"];

export async function register(base: string, given: UserCreate): Promise<User> {
  const answer = await fetch(`${base}/api/users`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(given),
  });
  if (!answer.ok) {
    const problem = (await answer.json()) as ProblemDetails;
    throw new Error(problem.code);
  }
  return (await answer.json()) as User;
}

export const names = (users: Listed): string[] => users.map((user) => user.username);
export const code = (problem: Refused): string => problem.code;

// @ts-expect-error - a user has no password to show
export const secret = (user: User): string => user.password;
