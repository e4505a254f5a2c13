// How deliveries are sent: when again, how long, how fast, with which headers.
import { ChoiceField, SecretField, TextField, fieldError } from '../../parts/field.tsx';
import type { PartProps } from './part-props.ts';
import type { Values } from './values.ts';

export function DeliverySettings({ values, change, error }: PartProps) {
  return (
    <details>
      <summary>Retries, deadline, rate and headers</summary>
      <div class="form">
        <div class="inline-fields">
          <ChoiceField
            label="Retry schedule"
            value={values.schedule}
            options={[
              ['default', "The service's own"],
              ['standard', 'Standard: ten sends in 76 hours'],
              ['fast', 'Fast: six sends in 22 minutes'],
              ['custom', 'Other waits'],
            ]}
            onValue={(schedule) => change({ schedule: schedule as Values['schedule'] })}
            error={values.schedule === 'custom' ? undefined : fieldError(error, '/retry_schedule')}
          />
          {values.schedule === 'custom' && (
            <TextField
              label="Waits in seconds"
              placeholder="5, 60, 300"
              value={values.scheduleSeconds}
              onValue={(scheduleSeconds) => change({ scheduleSeconds })}
              error={fieldError(error, '/retry_schedule')}
            />
          )}
          <TextField
            label="Deadline in seconds"
            placeholder="The service's own"
            value={values.timeoutSeconds}
            onValue={(timeoutSeconds) => change({ timeoutSeconds })}
            error={fieldError(error, '/timeout_ms')}
          />
        </div>
        <div class="inline-fields">
          <TextField
            label="Attempts per second, at most"
            placeholder="No limit"
            value={values.ratePerSecond}
            onValue={(ratePerSecond) => change({ ratePerSecond })}
            error={fieldError(error, '/rate_limit')}
          />
          <TextField
            label="At once, at most"
            placeholder="1"
            value={values.rateBurst}
            onValue={(rateBurst) => change({ rateBurst })}
          />
        </div>
        <Headers values={values} change={change} error={error} />
      </div>
    </details>
  );
}

function Headers({ values, change, error }: PartProps) {
  const { headers } = values;
  const edit = (index: number, changes: Partial<Values['headers'][number]>) =>
    change({ headers: headers.map((one, at) => (at === index ? { ...one, ...changes } : one)) });
  return (
    <fieldset>
      <legend>Headers that are added to every request</legend>
      <p class="quiet">
        Accept and User-Agent are the service's own unless they are set here. Authorization is set
        under Credentials.
      </p>
      {headers.map(({ name, value }, index) => (
        <div class="row-fields" key={index}>
          <TextField label="Name" value={name} onValue={(text) => edit(index, { name: text })} />
          <SecretField
            label="Value"
            value={value}
            onValue={(text) => edit(index, { value: text })}
            error={name === '' ? undefined : fieldError(error, `/custom_headers/${name}`)}
          />
          <button
            type="button"
            class="button"
            onClick={() => change({ headers: headers.toSpliced(index, 1) })}
          >
            Remove<span class="hidden"> header {name}</span>
          </button>
        </div>
      ))}
      <div>
        <button
          type="button"
          class="button small"
          onClick={() => change({ headers: [...headers, { name: '', value: '' }] })}
        >
          Add a header
        </button>
      </div>
    </fieldset>
  );
}
