import type { BenchmarkEnvironment, Person } from "./environment.js";
import { type HttpAnswer, httpRequest, type Workload } from "./load-generator.js";

export const PASSWORD = "violet hedgehog parade";
/** Number of client addresses within the capacity of the request rate limiter; after that, addresses repeat. */
const ADDRESS_COUNT = 40_000;

const documents = {
  hello: "query Hello { hello }",
  application: "query Application { application { id name signUp { enabled flow } locales } }",
  me: "query Me { me { id email locale createdAt } }",
  logIn: `mutation LogIn($input: LogInInput!) { logIn(input: $input) { __typename
    ... on LoggedIn { user { id email } jwt sessionToken refreshToken deviceToken } ... on UserError { code } } }`,
  signUp: `mutation SignUp($input: SignUpInput!) { signUp(input: $input) { __typename
    ... on ConfirmationSent { ticket expiresAt } ... on LoggedIn { user { email } sessionToken refreshToken } ... on UserError { code } } }`,
  refresh: `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { __typename
    ... on LoggedIn { user { id } jwt sessionToken refreshToken } ... on UserError { code } } }`,
};

const isOk = ({ status }: HttpAnswer) => status === 200;
const hasText = (text: string) => (answer: HttpAnswer) => isOk(answer) && answer.body.includes(text);

/** Requests to the gateway and to the minimal servers. Every request has another client address, as behind a load balancer. */
export class Requests {
  private count = 0;

  constructor(private readonly environment: BenchmarkEnvironment) {}

  hello(port: number): Workload {
    const bytes = httpRequest("GET", "/hello", { "X-Forwarded-For": "198.18.0.1" });
    return { port, request: () => bytes, isExpected: hasText("hello") };
  }

  helloGraphql(port: number): Workload {
    // Built for every request, as in the compared workloads, so that the load generator costs the same.
    return { port, request: () => this.post(this.headers(), documents.hello, {}), isExpected: hasText('"hello":"hello"') };
  }

  keySet(port: number): Workload {
    const bytes = httpRequest("GET", `/apps/${this.environment.applicationId}/.well-known/jwks.json`, {});
    return { port, request: () => bytes, isExpected: hasText('"kty":"RSA"') };
  }

  health(port: number): Workload {
    const bytes = httpRequest("GET", "/health/ready", {});
    return { port, request: () => bytes, isExpected: hasText('"ready"') };
  }

  application(port: number): Workload {
    return { port, request: () => this.post(this.headers(), documents.application, {}), isExpected: hasText('"signUp":{"enabled":true') };
  }

  me(port: number): Workload {
    const people = this.environment.people.slice(0, this.environment.people.length / 2);
    const request = (client: number) => {
      const person = people[(this.count * 7 + client) % people.length];
      return this.post({ ...this.headers(), Authorization: `Bearer ${person?.sessionToken}` }, documents.me, {});
    };
    return { port, request, isExpected: hasText('"email":"') };
  }

  /** Each client logs in its own users in turn. */
  logIn(port: number, clients: number, usersPerClient: number): Workload {
    const turns = Array.from({ length: clients }, () => 0);
    const request = (client: number) => {
      const turn = (turns[client] ?? 0) + 1;
      turns[client] = turn;
      const email = this.environment.people[client + clients * (turn % usersPerClient)]?.email;
      return this.post(this.headers(), documents.logIn, { handle: { email }, password: PASSWORD });
    };
    return { port, request, isExpected: hasText('"__typename":"LoggedIn"') };
  }

  /** Each client refreshes the sessions of its own users, which no other client uses. */
  refresh(port: number, clients: number): Workload {
    const people = this.environment.people.slice(this.environment.people.length / 2);
    const turns = Array.from({ length: clients }, () => 0);
    const peoplePerClient = Math.floor(people.length / clients);
    const current = (client: number) => people[client + clients * ((turns[client] ?? 0) % peoplePerClient)];
    return {
      port,
      request: (client) => this.post(this.headers(), documents.refresh, { refreshToken: current(client)?.refreshToken }),
      isExpected: hasText('"__typename":"LoggedIn"'),
      onAnswer: ({ body }, client) => {
        const person = current(client);
        const { data } = JSON.parse(body) as { data: { refreshSession: Person } };
        if (person) person.refreshToken = data.refreshSession.refreshToken;
        turns[client] = (turns[client] ?? 0) + 1;
      },
    };
  }

  signUp(port: number, appKey = this.environment.signUpAppKey): Workload {
    const request = () => {
      const headers = { ...this.headers(), "X-App-Key": appKey };
      return this.post(headers, documents.signUp, { handle: { email: `person${this.count}@bench.example` }, password: PASSWORD });
    };
    return { port, request, isExpected: (answer) => isOk(answer) && /"__typename":"(ConfirmationSent|LoggedIn)"/.test(answer.body) };
  }

  private headers(): Record<string, string> {
    const turn = this.count++ % ADDRESS_COUNT;
    return { "X-App-Key": this.environment.appKey, "X-Forwarded-For": `198.${18 + (turn >> 16)}.${(turn >> 8) & 255}.${turn & 255}` };
  }

  private post(headers: Record<string, string>, query: string, input: object): Buffer {
    const body = JSON.stringify(Object.keys(input).length > 0 ? { query, variables: { input } } : { query });
    return httpRequest("POST", "/graphql", { "Content-Type": "application/json", ...headers }, body);
  }
}
