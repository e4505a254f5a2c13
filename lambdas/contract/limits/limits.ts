// Every number of the service, with the relations between them asserted when they are loaded.
import { assertRelations } from './limit-relations.ts';
import { limits } from './limit-values.ts';

assertRelations(limits);

export { limits };
