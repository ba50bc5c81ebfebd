// Makes the image that tests run containers from, before they run side by side.

import { ensureTestImage } from '../../test/support/images.ts';

await ensureTestImage();
