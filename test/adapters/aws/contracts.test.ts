// The AWS driver passes every contract suite, on emulators inside this process. `npm run test:emulator` runs the
// same suites on whatever answers at AWS_ENDPOINT_URL.
import { awsQueueContract, awsStoresContract } from '../../contracts/aws-driver.ts';
import { openDynalite, openFauxqs } from '../../support/aws-driver.ts';

awsStoresContract('dynalite', openDynalite);
awsQueueContract('fauxqs', openFauxqs);
