/** In the place of axios.ts in a page, where nobody mocks it. */
export { default as axios } from 'axios';
