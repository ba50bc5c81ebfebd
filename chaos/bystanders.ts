// What is not reeve's and stands beside the platform, some of it with names and labels much like ours, one on a network of
// ours: nothing of it may be touched.

import { askEngine } from '../scripts/lib/docker-api.ts';
import { runForeign } from '../test/support/world.ts';

const sleeps = { Image: 'reeve-test:1', Cmd: ['sleep', '999999'] };
const always = { RestartPolicy: { Name: 'always' } };

/** Before the platform is there. */
export async function addBystanders(socket: string, platform: string): Promise<void> {
  const networks = ['others_net', `${platform}_others`];
  const volumes = ['others_data', `${platform}_others-data`];
  for (const Name of networks) await askEngine(socket, 'POST', '/networks/create', { Name });
  for (const Name of volumes) await askEngine(socket, 'POST', '/volumes/create', { Name });
  const [net = '', likeOurs = ''] = networks;
  const [data = '', dataLikeOurs = ''] = volumes;
  await runForeign(socket, 'others-web-1', {
    ...sleeps,
    HostConfig: { ...always, NetworkMode: net, Binds: [`${data}:/data`] },
  });
  await runForeign(socket, `${platform}-others-1`, {
    ...sleeps,
    HostConfig: { ...always, NetworkMode: likeOurs, Binds: [`${dataLikeOurs}:/data`] },
  });
  await runForeign(socket, `${platform}-translator-1-old`, { ...sleeps, HostConfig: always });
  await runForeign(socket, 'others-composed-1', {
    ...sleeps,
    HostConfig: always,
    Labels: { 'com.docker.compose.project': 'others', 'com.docker.compose.service': 'composed' },
  });
}

/** Once it is: a container of others on the platform's own network. */
export async function addGuest(socket: string, platform: string): Promise<void> {
  await runForeign(socket, 'others-guest-1', {
    ...sleeps,
    HostConfig: { ...always, NetworkMode: `${platform}_backend` },
  });
}
