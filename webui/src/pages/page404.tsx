// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An address that leads nowhere, such as that of a VM which somebody has deleted meanwhile.
 */
import { to } from "../route";
import { t } from "../text";
import { LinkButton } from "../ui/button";
import { Empty, Page } from "../ui/layout";

export function Page404() {
	return (
		<Page title={t.common.notFoundTitle}>
			<Empty icon="search" text={t.common.notFound}>
				<LinkButton label={t.nav.dashboard} href={to()} />
			</Empty>
		</Page>
	);
}
