// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vsnprintf as the standard describes it, for what the hypervisor says: %d %u %x %c %s, with the
 * flags - # 0, a width, a precision, l and z. Never writes past size, always terminates, and
 * returns the length that the whole text would have had.
 */
#include "lib.h"

struct output {
	char *buf;
	size_t size, len; /* len goes on counting past size */
};

struct spec {
	bool left, alt, zero, is_long;
	int width;
	int precision; /* -1: not given */
};

static void put(struct output *out, char c)
{
	if (out->len + 1 < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void pad(struct output *out, char c, int n)
{
	while (n-- > 0)
		put(out, c);
}

static void put_field(struct output *out, const struct spec *s, const char *prefix, int zeros,
		      const char *text, size_t len)
{
	int blanks = s->width - (int)strlen(prefix) - zeros - (int)len;

	if (!s->left)
		pad(out, ' ', blanks);
	while (*prefix)
		put(out, *prefix++);
	pad(out, '0', zeros);
	while (len--)
		put(out, *text++);
	if (s->left)
		pad(out, ' ', blanks);
}

static void put_number(struct output *out, const struct spec *s, uint64_t value, unsigned base,
		       const char *prefix)
{
	char text[20] = "", *end = text + sizeof(text), *at = end; /* 64 bits in decimal */
	int digits = 1;

	for (; value; value /= base)
		*--at = "0123456789abcdef"[value % base];
	if (s->precision >= 0)
		digits = s->precision;
	else if (s->zero && !s->left)
		digits = MAX(s->width - (int)strlen(prefix), 1);
	put_field(out, s, prefix, MAX(digits - (int)(end - at), 0), at, (size_t)(end - at));
}

static const char *parse_flags(const char *p, struct spec *s)
{
	for (; *p == '-' || *p == '#' || *p == '0'; p++) {
		s->left |= *p == '-';
		s->alt |= *p == '#';
		s->zero |= *p == '0';
	}
	return p;
}

static const char *parse_int(const char *p, int *out)
{
	int n = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		n = n < 100000 ? n * 10 + (*p - '0') : n;
	*out = n;
	return p;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct output out = { buf, size, 0 };

	for (const char *p = fmt; *p; p++) {
		struct spec s = { .precision = -1 };
		const char *text;
		int64_t n;
		char c;

		if (*p != '%') {
			put(&out, *p);
			continue;
		}
		p = parse_int(parse_flags(p + 1, &s), &s.width);
		if (*p == '.' && p[1] == '*') {
			s.precision = va_arg(ap, int);
			p += 2;
		} else if (*p == '.') {
			p = parse_int(p + 1, &s.precision);
		}
		for (; *p == 'l' || *p == 'z'; p++)
			s.is_long = true;

		switch (*p) {
		case 'd':
			n = s.is_long ? va_arg(ap, int64_t) : va_arg(ap, int);
			put_number(&out, &s, n < 0 ? -(uint64_t)n : (uint64_t)n, 10,
				   n < 0 ? "-" : "");
			break;
		case 'u':
		case 'x':
			n = s.is_long ? va_arg(ap, int64_t) : va_arg(ap, unsigned);
			put_number(&out, &s, (uint64_t)n, *p == 'u' ? 10 : 16,
				   s.alt && n && *p == 'x' ? "0x" : "");
			break;
		case 'c':
			c = (char)va_arg(ap, int);
			put_field(&out, &s, "", 0, &c, 1);
			break;
		case 's':
			text = va_arg(ap, const char *);
			text = text ? text : "(null)";
			put_field(&out, &s, "", 0, text, strnlen(text, (size_t)s.precision));
			break;
		case '%': put(&out, '%'); break;
		case '\0': p--; break; /* a lone % at the end */
		default: /* not one of ours: show it */ put(&out, '%'); put(&out, *p);
		}
	}
	if (size)
		buf[MIN(out.len, size - 1)] = '\0';
	return (int)out.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
