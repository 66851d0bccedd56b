import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { ORPCError } from '@orpc/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { startLive } from './live.ts';
import { ConfirmProvider } from './parts/confirm.tsx';
import { router } from './router.tsx';
import { ActionsProvider } from './shell/actions-provider.tsx';
import { cssVariables, theme } from './theme.ts';

/** An answer, even an unwelcome one, is not asked for again by itself; only silence is. */
const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => !(error instanceof ORPCError && error.status < 500) && failures < 2,
      retryDelay: (failures) => 300 * 2 ** failures,
    },
  },
});

export function App() {
  useEffect(startLive, []);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" limit={4} autoClose={6000} />
        <ConfirmProvider>
          <ActionsProvider>
            <RouterProvider router={router} />
          </ActionsProvider>
        </ConfirmProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
