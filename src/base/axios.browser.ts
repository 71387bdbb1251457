import axios from 'axios';

/** In the place of axios.ts in a page, where nobody mocks it. */
export { axios };
