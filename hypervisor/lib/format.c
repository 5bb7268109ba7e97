// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vsnprintf as the standard describes it, for integers, characters, strings and pointers. Never
 * writes past size, always terminates, and returns the length that the whole text would have had.
 */
#include "lib.h"

struct output {
	char *buf;
	size_t size, len; /* len goes on counting past size */
};

struct spec {
	bool left, plus, space, alt, zero, upper;
	int width;
	int precision;  /* -1: not given */
	unsigned bytes; /* of the argument as the length modifier says */
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

static void put_string(struct output *out, const struct spec *s, const char *str)
{
	size_t max = s->precision < 0 ? SIZE_MAX : (size_t)s->precision;
	size_t len;

	if (!str)
		str = "(null)";
	len = strnlen(str, max);
	if (!s->left)
		pad(out, ' ', s->width - (int)len);
	for (size_t i = 0; i < len; i++)
		put(out, str[i]);
	if (s->left)
		pad(out, ' ', s->width - (int)len);
}

static void put_number(struct output *out, const struct spec *s, uint64_t value, unsigned base,
		       const char *prefix)
{
	const char *digits = s->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[24]; /* 64 bits in octal are 22 digits */
	int len = 0, zeros, prefix_len = (int)strlen(prefix);

	for (; value; value /= base)
		text[len++] = digits[value % base];
	if (s->precision >= 0)
		zeros = s->precision - len;
	else if (s->zero && !s->left)
		zeros = MAX(s->width - prefix_len, 1) - len;
	else
		zeros = 1 - len;
	if (zeros < 0)
		zeros = 0;
	if (s->alt && base == 8 && !zeros)
		zeros = 1;
	if (!s->left)
		pad(out, ' ', s->width - prefix_len - zeros - len);
	while (*prefix)
		put(out, *prefix++);
	pad(out, '0', zeros);
	for (int i = len; i > 0; i--)
		put(out, text[i - 1]);
	if (s->left)
		pad(out, ' ', s->width - prefix_len - zeros - len);
}

/* The bits of the argument that its declared size has, sign-extended or not. */
static uint64_t narrow(uint64_t value, unsigned bytes, bool is_signed)
{
	unsigned shift = 64 - bytes * 8;

	if (is_signed)
		return (uint64_t)((int64_t)(value << shift) >> shift);
	return value << shift >> shift;
}

static void put_signed(struct output *out, const struct spec *s, uint64_t raw)
{
	uint64_t value = narrow(raw, s->bytes, true);
	bool negative = (int64_t)value < 0;
	const char *sign = negative ? "-" : s->plus ? "+" : s->space ? " " : "";

	put_number(out, s, negative ? -value : value, 10, sign);
}

static void put_unsigned(struct output *out, const struct spec *s, uint64_t raw, char kind)
{
	uint64_t value = narrow(raw, s->bytes, false);
	const char *prefix = "";

	if (s->alt && value && (kind == 'x' || kind == 'X'))
		prefix = kind == 'x' ? "0x" : "0X";
	put_number(out, s, value, kind == 'u' ? 10 : kind == 'o' ? 8 : 16, prefix);
}

static const char *parse_flags(const char *p, struct spec *s)
{
	for (;; p++) {
		switch (*p) {
		case '-': s->left = true; break;
		case '+': s->plus = true; break;
		case ' ': s->space = true; break;
		case '#': s->alt = true; break;
		case '0': s->zero = true; break;
		default: return p;
		}
	}
}

static const char *parse_int(const char *p, int *out)
{
	int n = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		n = n < 100000 ? n * 10 + (*p - '0') : n;
	*out = n;
	return p;
}

static const char *parse_length(const char *p, struct spec *s)
{
	s->bytes = sizeof(int);
	if (p[0] == 'h') {
		s->bytes = p[1] == 'h' ? sizeof(char) : sizeof(short);
		return p + (p[1] == 'h' ? 2 : 1);
	}
	if (p[0] == 'l' || p[0] == 'z') {
		s->bytes = sizeof(long);
		return p + (p[0] == 'l' && p[1] == 'l' ? 2 : 1);
	}
	return p;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct output out = { buf, size, 0 };

	for (const char *p = fmt; *p; p++) {
		struct spec s = { .precision = -1 };

		if (*p != '%') {
			put(&out, *p);
			continue;
		}
		p = parse_flags(p + 1, &s);
		if (*p == '*') {
			s.width = va_arg(ap, int);
			if (s.width < 0) {
				s.left = true;
				s.width = -s.width;
			}
			p++;
		} else {
			p = parse_int(p, &s.width);
		}
		if (*p == '.' && p[1] == '*') {
			s.precision = va_arg(ap, int);
			p += 2;
		} else if (*p == '.') {
			p = parse_int(p + 1, &s.precision);
		}
		p = parse_length(p, &s);

		/*
		 * 64-bit arguments and int ones are fetched alike but must be named by their type.
		 */
		switch (*p) {
		case 'd':
		case 'i':
			put_signed(&out, &s,
				   s.bytes == 8 ? va_arg(ap, uint64_t) : va_arg(ap, uint32_t));
			break;
		case 'X':
			s.upper = true;
			/* fall through */
		case 'u':
		case 'x':
		case 'o':
			put_unsigned(&out, &s,
				     s.bytes == 8 ? va_arg(ap, uint64_t) : va_arg(ap, uint32_t),
				     *p);
			break;
		case 'p': put_number(&out, &s, (uintptr_t)va_arg(ap, void *), 16, "0x"); break;
		case 'c': {
			char c[2] = { (char)va_arg(ap, int), '\0' };

			pad(&out, ' ', s.left ? 0 : s.width - 1);
			put(&out, c[0]);
			pad(&out, ' ', s.left ? s.width - 1 : 0);
			break;
		}
		case 's': put_string(&out, &s, va_arg(ap, const char *)); break;
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
