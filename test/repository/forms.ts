import { z } from 'zod';

/**
 * GitHub's schema of issue forms, as its documentation has it (docs.github.com: “Syntax for issue forms” and “Syntax for
 * GitHub's form schema”). A form that breaks it is not offered, without a word.
 */

const id = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .optional();
const text = z.string().min(1);
const validations = z.strictObject({ required: z.boolean().optional() }).optional();
const field = { label: text, description: text.optional() };
const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;
/** GitHub offers it by itself where nothing is required. */
const options = z
  .array(text.refine(option => option.toLowerCase() !== 'none'))
  .min(1)
  .refine(distinct, 'an option is there twice');

const element = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: text }) }),
  z.strictObject({
    type: z.literal('input'),
    id,
    attributes: z.strictObject({ ...field, placeholder: text.optional(), value: text.optional() }),
    validations,
  }),
  z.strictObject({
    type: z.literal('textarea'),
    id,
    attributes: z.strictObject({
      ...field,
      placeholder: text.optional(),
      value: text.optional(),
      render: text.optional(),
    }),
    validations,
  }),
  z.strictObject({
    type: z.literal('dropdown'),
    id,
    attributes: z.strictObject({
      ...field,
      multiple: z.boolean().optional(),
      options,
      default: z.int().nonnegative().optional(),
    }),
    validations,
  }),
  z.strictObject({
    type: z.literal('checkboxes'),
    id,
    attributes: z.strictObject({
      ...field,
      options: z.array(z.strictObject({ label: text, required: z.boolean().optional() })).min(1),
    }),
    validations,
  }),
]);

export const issueForm = z.strictObject({
  name: z.string().min(3),
  description: z.string().min(3),
  title: text.optional(),
  labels: z.array(text).optional(),
  assignees: z.array(text).optional(),
  projects: z.array(text).optional(),
  type: text.optional(),
  body: z
    .array(element)
    .min(1)
    .refine(body => body.some(({ type }) => type !== 'markdown'), 'a form asks for something')
    .refine(
      body => distinct(body.flatMap(each => ('id' in each && each.id !== undefined ? [each.id] : []))),
      'an id is there twice',
    )
    .refine(
      body => distinct(body.flatMap(({ attributes }) => ('label' in attributes ? [attributes.label] : []))),
      'a label is there twice',
    ),
});

/** Of the page on which a form is chosen. */
export const formChooser = z.strictObject({
  blank_issues_enabled: z.boolean().optional(),
  contact_links: z.array(z.strictObject({ name: text, url: z.url(), about: text })).optional(),
});
