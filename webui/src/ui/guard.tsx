// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is left when drawing a part of the page fails: words and a way on, never a blank page. At
 * another place it is tried again.
 */
import { Component, type ComponentChildren } from "preact";
import { t, words } from "../text";
import { Button } from "./button";
import { Notice } from "./layout";

interface Props {
	readonly place?: string;
	readonly children: ComponentChildren;
}

export class Guard extends Component<Props, { failed?: { error: unknown; place?: string } }> {
	override state: { failed?: { error: unknown; place?: string } } = {};

	override componentDidCatch(error: unknown): void {
		console.error(error);
		this.setState({ failed: { error, place: this.props.place } });
	}

	override render() {
		const { failed } = this.state;

		if (!failed || failed.place !== this.props.place) return <>{this.props.children}</>;
		return (
			<Notice kind="error">
				<p>{words(failed.error)}</p>
				<Button
					label={t.action.retry}
					onClick={() => this.setState({ failed: undefined })}
				/>
			</Notice>
		);
	}
}
