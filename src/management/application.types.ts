import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Application, ApplicationSettings } from "../domain/applications/index.js";
import { enumType } from "../graphql/index.js";

const ApplicationStatus = enumType<ApplicationSettings["general"]["status"]>("ApplicationStatus", "Status of an application.", {
  ACTIVE: "The application serves its users.",
  SUSPENDED: "The application's key, tokens and key set are rejected as if it did not exist.",
});

@ObjectType("Application", { description: "An application." })
export class ManagedApplicationView {
  @Field(() => ID, { description: "Opaque identifier; part of the JWT's `iss` claim." })
  id!: string;

  @Field(() => String, { description: "Name of the application, as shown in messages." })
  name!: string;

  @Field(() => ApplicationStatus, { description: "Status of the application." })
  status!: string;

  @Field(() => Int, { description: "Version of the settings; incremented with every change." })
  settingsVersion!: number;

  /** For field resolvers; not part of the schema. */
  application!: Application;

  static from(application: Application): ManagedApplicationView {
    const { id, settings, settingsVersion } = application;
    const { name, status } = settings.general;
    return Object.assign(new ManagedApplicationView(), { id, name, status, settingsVersion, application });
  }
}
