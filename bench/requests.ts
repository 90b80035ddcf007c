import { type Asking, type HttpAnswer, httpRequest } from "./connections.js";
import type { Person, Place } from "./place.js";

export const PASSWORD = "violet hedgehog parade";
/** What fits the flood gates of a process: beyond it, addresses come again. */
const ADDRESSES = 40_000;

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
const answers = (text: string) => (answer: HttpAnswer) => isOk(answer) && answer.body.includes(text);

/** What is asked of the gateway and of the bare servers. Every request comes from another address, as behind a load balancer. */
export class Requests {
  private count = 0;

  constructor(private readonly place: Place) {}

  hello(port: number): Asking {
    const bytes = httpRequest("GET", "/hello", { "X-Forwarded-For": "198.18.0.1" });
    return { port, request: () => bytes, isRight: answers("hello") };
  }

  helloGraphql(port: number): Asking {
    // Made anew each time, as those it is compared with: the load costs the same.
    return { port, request: () => this.post(this.headers(), documents.hello, {}), isRight: answers('"hello":"hello"') };
  }

  keySet(port: number): Asking {
    const bytes = httpRequest("GET", `/apps/${this.place.applicationId}/.well-known/jwks.json`, {});
    return { port, request: () => bytes, isRight: answers('"kty":"RSA"') };
  }

  health(port: number): Asking {
    const bytes = httpRequest("GET", "/health/ready", {});
    return { port, request: () => bytes, isRight: answers('"ready"') };
  }

  application(port: number): Asking {
    return { port, request: () => this.post(this.headers(), documents.application, {}), isRight: answers('"signUp":{"enabled":true') };
  }

  me(port: number): Asking {
    const people = this.place.people.slice(0, this.place.people.length / 2);
    const request = (client: number) => {
      const person = people[(this.count * 7 + client) % people.length];
      return this.post({ ...this.headers(), Authorization: `Bearer ${person?.sessionToken}` }, documents.me, {});
    };
    return { port, request, isRight: answers('"email":"') };
  }

  /** Each client logs in people of its own, one after the other. */
  logIn(port: number, clients: number, each: number): Asking {
    const turns = Array.from({ length: clients }, () => 0);
    const request = (client: number) => {
      const turn = (turns[client] ?? 0) + 1;
      turns[client] = turn;
      const email = this.place.people[client + clients * (turn % each)]?.email;
      return this.post(this.headers(), documents.logIn, { handle: { email }, password: PASSWORD });
    };
    return { port, request, isRight: answers('"__typename":"LoggedIn"') };
  }

  /** Every client rotates the tokens of people of its own; nobody else uses them. */
  refresh(port: number, clients: number): Asking {
    const people = this.place.people.slice(this.place.people.length / 2);
    const turns = Array.from({ length: clients }, () => 0);
    const own = Math.floor(people.length / clients);
    const current = (client: number) => people[client + clients * ((turns[client] ?? 0) % own)];
    return {
      port,
      request: (client) => this.post(this.headers(), documents.refresh, { refreshToken: current(client)?.refreshToken }),
      isRight: answers('"__typename":"LoggedIn"'),
      keep: ({ body }, client) => {
        const person = current(client);
        const { data } = JSON.parse(body) as { data: { refreshSession: Person } };
        if (person) person.refreshToken = data.refreshSession.refreshToken;
        turns[client] = (turns[client] ?? 0) + 1;
      },
    };
  }

  signUp(port: number, appKey = this.place.signUpAppKey): Asking {
    const request = () => {
      const headers = { ...this.headers(), "X-App-Key": appKey };
      return this.post(headers, documents.signUp, { handle: { email: `person${this.count}@bench.example` }, password: PASSWORD });
    };
    return { port, request, isRight: (answer) => isOk(answer) && /"__typename":"(ConfirmationSent|LoggedIn)"/.test(answer.body) };
  }

  private headers(): Record<string, string> {
    const turn = this.count++ % ADDRESSES;
    return { "X-App-Key": this.place.appKey, "X-Forwarded-For": `198.${18 + (turn >> 16)}.${(turn >> 8) & 255}.${turn & 255}` };
  }

  private post(headers: Record<string, string>, query: string, input: object): Buffer {
    const body = JSON.stringify(Object.keys(input).length > 0 ? { query, variables: { input } } : { query });
    return httpRequest("POST", "/graphql", { "Content-Type": "application/json", ...headers }, body);
  }
}
