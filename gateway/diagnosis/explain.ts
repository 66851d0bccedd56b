/** The door of the diagnosis: explanations of captures and of failure records from anywhere. */
export { explainCapture } from './explain-capture.ts';
export { explainRecord, readingOfRecord } from './explain-record.ts';
