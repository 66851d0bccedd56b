/** A run as JUnit XML, the form CI systems read: the same as the command line writes. */
export { junitXml as junit } from '../../../gateway/control/contract/junit.ts';
