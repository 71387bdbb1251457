import { configureGlobal } from 'fast-check';

// That a property fails is all that is asked: no smaller example of it is looked for.
configureGlobal({ endOnFailure: true });
