import { Empty } from '../parts/states.tsx';

export function NotFound() {
  return (
    <Empty title="There is no such page">
      <p>
        <a href="./">To the dashboard</a>
      </p>
    </Empty>
  );
}
