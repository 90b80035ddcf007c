import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { type Application, applicationStatuses } from "../domain/applications/index.js";

const ApplicationStatus = Object.fromEntries(applicationStatuses.map((status) => [status, status]));
registerEnumType(ApplicationStatus, {
  name: "ApplicationStatus",
  description: "Whether an application serves its users.",
  valuesConfig: {
    ACTIVE: { description: "It serves its users." },
    SUSPENDED: { description: "Its key, its tokens and its key set are refused as if it did not exist." },
  },
});

@ObjectType("Application", { description: "An application, as those who manage it see it." })
export class ManagedApplicationView {
  @Field(() => ID, { description: "Opaque; part of the JWT's issuer." })
  id!: string;

  @Field(() => String, { description: "Its name, as in its messages." })
  name!: string;

  @Field(() => ApplicationStatus, { description: "Whether it serves its users." })
  status!: string;

  @Field(() => Int, { description: "Grows with every change of the settings." })
  settingsVersion!: number;

  /** For field resolvers; not part of the schema. */
  application!: Application;

  static from(application: Application): ManagedApplicationView {
    const { id, settings, settingsVersion } = application;
    const { name, status } = settings.general;
    return Object.assign(new ManagedApplicationView(), { id, name, status, settingsVersion, application });
  }
}
