// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The 16550 serial line as a console: polled output, sixteen bytes per look at the line status
 * (every port access is slow, on real and on emulated machines), input by interrupt. Output runs
 * under the log lock; input only on the CPU that takes the interrupt.
 */
#include "console.h"
#include "io.h"
#include "log.h"

enum {
	REG_DATA = 0, /* divisor low while LCR_DLAB is set */
	REG_IER = 1,  /* divisor high while LCR_DLAB is set */
	REG_IIR = 2,  /* read */
	REG_FCR = 2,  /* write */
	REG_LCR = 3,
	REG_MCR = 4,
	REG_LSR = 5,
	REG_SCR = 7,
};
#define IER_RECEIVED  0x01
#define IIR_FIFOS     0xc0 /* both bits: the FIFOs are on and work */
#define FCR_ENABLE    0x01
#define FCR_RESET     0x06 /* both directions */
#define FCR_TRIGGER_8 0x80 /* interrupt at eight characters, or when no more come */
#define LCR_8N1       0x03
#define LCR_DLAB      0x80
#define MCR_ON        0x0b /* DTR, RTS, OUT2: the last one gates the interrupt */
#define LSR_DATA      0x01
#define LSR_THRE      0x20 /* the transmit FIFO is empty */

/* Far longer than sixteen characters take at 1200 baud. A line held up is given up. */
#define SPIN_MAX 1000000u

static uint16_t base; /* 0: no UART */
static unsigned fifo_size, fifo_room;
static bool stuck, after_cr;

static uint8_t reg_read(unsigned reg)
{
	return in8((uint16_t)(base + reg));
}

static void reg_write(unsigned reg, uint8_t value)
{
	out8((uint16_t)(base + reg), value);
}

static bool wait_for_room(void)
{
	for (unsigned i = 0; i < (stuck ? 1 : SPIN_MAX); i++) {
		if (reg_read(REG_LSR) & LSR_THRE) {
			stuck = false;
			fifo_room = fifo_size;
			return true;
		}
	}
	stuck = true; /* do not wait so long again before it has moved */
	return false;
}

static void put(char c)
{
	if (!fifo_room && !wait_for_room())
		return;
	reg_write(REG_DATA, (uint8_t)c);
	fifo_room--;
}

static void uart_write(const char *s, size_t len)
{
	/* Whatever was still in the FIFO since the last call has not been counted. */
	fifo_room = 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\n' && !after_cr)
			put('\r');
		after_cr = s[i] == '\r';
		put(s[i]);
	}
}

static struct console_sink uart_sink = { .write = uart_write };

static bool present(void)
{
	/* No device: all ones. The scratch register exists on everything since the 16450. */
	if (reg_read(REG_LSR) == 0xff)
		return false;
	reg_write(REG_SCR, 0x5a);
	if (reg_read(REG_SCR) != 0x5a)
		return false;
	reg_write(REG_SCR, 0xa5);
	return reg_read(REG_SCR) == 0xa5;
}

bool uart_init(uint16_t port, uint32_t baud)
{
	base = port;
	if (!present()) {
		base = 0;
		log_warn("console: no UART at port %#x", port);
		return false;
	}
	reg_write(REG_IER, 0);
	if (baud) {
		unsigned divisor = MIN(MAX(115200u / baud, 1u), 0xffffu);

		reg_write(REG_LCR, LCR_8N1 | LCR_DLAB);
		reg_write(REG_DATA, (uint8_t)divisor);
		reg_write(REG_IER, (uint8_t)(divisor >> 8));
	}
	reg_write(REG_LCR, LCR_8N1);
	reg_write(REG_FCR, FCR_ENABLE | FCR_RESET | FCR_TRIGGER_8);
	reg_write(REG_MCR, MCR_ON);
	fifo_size = (reg_read(REG_IIR) & IIR_FIFOS) == IIR_FIFOS ? 16 : 1;
	console_register(&uart_sink);
	return true;
}

void uart_enable_interrupt(void)
{
	if (base)
		reg_write(REG_IER, IER_RECEIVED);
}

static bool data_waits(void)
{
	uint8_t status = reg_read(REG_LSR);

	return status != 0xff && (status & LSR_DATA);
}

void uart_interrupt(void)
{
	char buf[64];
	unsigned n;

	if (!base)
		return;
	/*
	 * To the last character: the interrupt is an edge, and comes again only after the FIFO was
	 * empty. Bounded all the same, for a UART that has gone mad.
	 */
	for (unsigned round = 0; round < 64; round++) {
		for (n = 0; n < sizeof(buf) && data_waits(); n++)
			buf[n] = (char)reg_read(REG_DATA);
		if (n)
			console_receive(buf, n);
		if (n < sizeof(buf))
			break;
	}
}
