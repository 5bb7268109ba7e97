// SPDX-License-Identifier: GPL-2.0-or-later
/* Of the instructions of lengths.h, those of 64-bit mode. */
#ifndef TEST_LENGTHS_64_H
#define TEST_LENGTHS_64_H

#include "known_length.h"

static const struct known_length lengths_64[] = {
	{ 64, "64 00 88 ae 39 96 de" },                   /* add */
	{ 64, "44 00 39" },                               /* add */
	{ 64, "64 01 9c bc f2 b0 d9 a9" },                /* add */
	{ 64, "66 41 01 61 2b" },                         /* add */
	{ 64, "08 6c d0 f8" },                            /* or */
	{ 64, "41 08 1b" },                               /* or */
	{ 64, "66 41 09 a4 c4 d6 7f 8c cb" },             /* or */
	{ 64, "41 09 03" },                               /* or */
	{ 64, "66 41 0f f5 b2 9f b9 47 e2" },             /* pmaddwd */
	{ 64, "64 0f 5d 30" },                            /* minps */
	{ 64, "10 9d 40 6b 42 28" },                      /* adc */
	{ 64, "67 10 78 39" },                            /* adc */
	{ 64, "41 11 8c 29 fb f1 d3 aa" },                /* adc */
	{ 64, "66 41 11 ff" },                            /* adc */
	{ 64, "41 18 b7 7d 25 6e be" },                   /* sbb */
	{ 64, "41 18 7d 04" },                            /* sbb */
	{ 64, "64 19 93 21 96 07 e8" },                   /* sbb */
	{ 64, "67 48 19 04 b4" },                         /* sbb */
	{ 64, "41 20 0d fd 72 70 7d" },                   /* and */
	{ 64, "66 41 21 8f 0c fa a3 55" },                /* and */
	{ 64, "66 41 21 06" },                            /* and */
	{ 64, "42 22 b4 36 22 a5 f4 94" },                /* and */
	{ 64, "44 28 98 ac 21 2b 91" },                   /* sub */
	{ 64, "64 28 4c df fe" },                         /* sub */
	{ 64, "67 48 29 93 5b 41 9b 3c" },                /* sub */
	{ 64, "41 29 68 d9" },                            /* sub */
	{ 64, "44 30 a4 85 c3 62 63 00" },                /* xor */
	{ 64, "41 30 e5" },                               /* xor */
	{ 64, "66 41 31 93 aa b2 6f 34" },                /* xor */
	{ 64, "41 31 5b 5e" },                            /* xor */
	{ 64, "44 38 8d 09 7f 4c 5b" },                   /* cmp */
	{ 64, "67 38 08" },                               /* cmp */
	{ 64, "67 48 39 89 38 6b b9 c7" },                /* cmp */
	{ 64, "66 41 39 fb" },                            /* cmp */
	{ 64, "3e 71 82" },                               /* jno,pt */
	{ 64, "66 41 d1 ab d5 b6 30 34" },                /* shrw */
	{ 64, "64 43 8d 2c 20" },                         /* lea */
	{ 64, "45 87 ae 3b 00 9a 8f" },                   /* xchg */
	{ 64, "41 50" },                                  /* push */
	{ 64, "66 41 51" },                               /* push */
	{ 64, "41 51" },                                  /* push */
	{ 64, "66 41 52" },                               /* push */
	{ 64, "66 41 58" },                               /* pop */
	{ 64, "66 58" },                                  /* pop */
	{ 64, "66 41 59" },                               /* pop */
	{ 64, "41 59" },                                  /* pop */
	{ 64, "48 63 94 10 27 a5 f5 fe" },                /* movslq */
	{ 64, "67 63 5e 6c" },                            /* movsxd */
	{ 64, "64 66 8b 8e fc 50 ea a6" },                /* mov */
	{ 64, "67 48 69 b4 62 ff af b7 fc a2 5f 1e 85" }, /* imul */
	{ 64, "48 69 50 02 a1 5c 42 ae" },                /* imul */
	{ 64, "66 6a a6" },                               /* pushw */
	{ 64, "44 6b 9c 54 d8 58 78 b8 bd" },             /* imul */
	{ 64, "44 6b 39 65" },                            /* imul */
	{ 64, "67 6c" },                                  /* insb */
	{ 64, "66 6d" },                                  /* insw */
	{ 64, "64 6e" },                                  /* outsb */
	{ 64, "64 6f" },                                  /* outsl */
	{ 64, "f2 70 31" },                               /* bnd */
	{ 64, "71 92" },                                  /* jno */
	{ 64, "f2 72 b1" },                               /* bnd */
	{ 64, "f2 73 04" },                               /* bnd */
	{ 64, "73 08" },                                  /* jae */
	{ 64, "f2 74 12" },                               /* bnd */
	{ 64, "74 45" },                                  /* je */
	{ 64, "75 22" },                                  /* jne */
	{ 64, "77 a9" },                                  /* ja */
	{ 64, "7c 17" },                                  /* jl */
	{ 64, "7e 48" },                                  /* jle */
	{ 64, "41 80 9d 5f 80 74 56 29" },                /* sbbb */
	{ 64, "80 7b db b4" },                            /* cmpb */
	{ 64, "48 81 94 2e 23 2d 66 de bb d6 9e 19" },    /* adcq */
	{ 64, "67 48 81 4a c5 16 a9 18 85" },             /* orq */
	{ 64, "42 83 94 9a 50 48 d3 dd 65" },             /* adcl */
	{ 64, "67 48 83 2a 9a" },                         /* subq */
	{ 64, "42 84 2c 65 16 6d 0d e2" },                /* test */
	{ 64, "44 84 0e" },                               /* test */
	{ 64, "66 41 85 a4 63 eb 0e 3c 74" },             /* test */
	{ 64, "44 85 4c 5c 75" },                         /* test */
	{ 64, "67 86 8f 8c 83 c6 a3" },                   /* xchg */
	{ 64, "f3 86 5f f2" },                            /* xrelease */
	{ 64, "48 87 2d 8e d0 b0 ba" },                   /* xchg */
	{ 64, "66 41 87 ec" },                            /* xchg */
	{ 64, "67 88 87 fc 45 3d a4" },                   /* mov */
	{ 64, "f3 88 5e ad" },                            /* xrelease */
	{ 64, "48 89 3d 8e 72 2d 6f" },                   /* mov */
	{ 64, "41 89 19" },                               /* mov */
	{ 64, "67 8d 92 bb a1 06 7e" },                   /* lea */
	{ 64, "48 8d 72 a7" },                            /* lea */
	{ 64, "f3 90" },                                  /* pause */
	{ 64, "48 98" },                                  /* cltq */
	{ 64, "48 99" },                                  /* cqto */
	{ 64, "66 9c" },                                  /* pushfw */
	{ 64, "66 9d" },                                  /* popfw */
	{ 64, "9e" },                                     /* sahf */
	{ 64, "9f" },                                     /* lahf */
	{ 64, "a0 bc f5 82 58 31 18 88 77" },             /* movabs */
	{ 64, "48 a1 4e 81 94 70 ec d4 4e 4f" },          /* movabs */
	{ 64, "64 a2 5e b0 ef 64 d9 77 d4 36" },          /* movabs */
	{ 64, "a2 7b d5 53 17 1e 31 49 b1" },             /* movabs */
	{ 64, "67 a4" },                                  /* movsb */
	{ 64, "67 48 a5" },                               /* movsq */
	{ 64, "66 a5" },                                  /* movsw */
	{ 64, "67 a6" },                                  /* cmpsb */
	{ 64, "67 48 a7" },                               /* cmpsq */
	{ 64, "66 a7" },                                  /* cmpsw */
	{ 64, "67 aa" },                                  /* stos */
	{ 64, "67 48 ab" },                               /* stos */
	{ 64, "66 ab" },                                  /* stos */
	{ 64, "64 ac" },                                  /* lods */
	{ 64, "67 48 ad" },                               /* lods */
	{ 64, "67 ad" },                                  /* lods */
	{ 64, "67 ae" },                                  /* scas */
	{ 64, "67 48 af" },                               /* scas */
	{ 64, "66 af" },                                  /* scas */
	{ 64, "64 c0 bc 5d 72 10 22 ec 6f" },             /* sarb */
	{ 64, "67 c0 66 46 74" },                         /* shlb */
	{ 64, "67 48 c1 88 5c f2 a0 1e 0f" },             /* rorq */
	{ 64, "48 c1 ec 35" },                            /* shr */
	{ 64, "66 c2 b9 ca" },                            /* retw */
	{ 64, "c2 3b f0" },                               /* ret */
	{ 64, "66 c3" },                                  /* retw */
	{ 64, "c6 41 e1 fb" },                            /* movb */
	{ 64, "66 c8 0d 20 28" },                         /* enterw */
	{ 64, "c8 07 90 bb" },                            /* enter */
	{ 64, "66 c9" },                                  /* leavew */
	{ 64, "66 ca 50 ba" },                            /* lretw */
	{ 64, "48 cb" },                                  /* lretq */
	{ 64, "cc" },                                     /* int3 */
	{ 64, "cd 25" },                                  /* int */
	{ 64, "48 cf" },                                  /* iretq */
	{ 64, "41 d0 81 f6 10 22 24" },                   /* rolb */
	{ 64, "41 d0 42 f4" },                            /* rolb */
	{ 64, "67 48 d1 89 ce 24 44 40" },                /* rorq */
	{ 64, "48 d1 4b 5c" },                            /* rorq */
	{ 64, "67 d2 a8 82 be e8 03" },                   /* shrb */
	{ 64, "64 d2 5f 8f" },                            /* rcrb */
	{ 64, "41 d3 0c 05 16 28 46 ba" },                /* rorl */
	{ 64, "41 d3 43 78" },                            /* roll */
	{ 64, "64 d7" },                                  /* xlat */
	{ 64, "41 d8 ab 6d d7 37 9f" },                   /* fsubrs */
	{ 64, "67 d8 70 95" },                            /* fdivs */
	{ 64, "67 d9 b4 37 80 52 99 cf" },                /* fnstenv */
	{ 64, "66 d9 a2 3b 37 cd f2" },                   /* fldenvs */
	{ 64, "da 05 5a e2 5c 67" },                      /* fiaddl */
	{ 64, "41 da 3b" },                               /* fidivrl */
	{ 64, "41 db 95 b5 f4 6c 03" },                   /* fistl */
	{ 64, "41 db 1a" },                               /* fistpl */
	{ 64, "64 dc 8b 4e 2d f2 5d" },                   /* fmull */
	{ 64, "64 dc 24 fe" },                            /* fsubl */
	{ 64, "67 dd 98 8a 94 cd df" },                   /* fstpl */
	{ 64, "67 dd 4f 2f" },                            /* fisttpll */
	{ 64, "42 de 94 23 ac bb 21 16" },                /* ficoms */
	{ 64, "41 de 45 1a" },                            /* fiadds */
	{ 64, "67 df 8b 4b 67 f3 97" },                   /* fisttps */
	{ 64, "67 df 40 39" },                            /* filds */
	{ 64, "67 e0 6f" },                               /* loopnel */
	{ 64, "67 e1 03" },                               /* loopel */
	{ 64, "e1 32" },                                  /* loope */
	{ 64, "67 e2 00" },                               /* loopl */
	{ 64, "e2 b9" },                                  /* loop */
	{ 64, "67 e3 ee" },                               /* jecxz */
	{ 64, "66 e5 6f" },                               /* in */
	{ 64, "e5 34" },                                  /* in */
	{ 64, "e6 4d" },                                  /* out */
	{ 64, "66 e7 25" },                               /* out */
	{ 64, "66 e9 a0 65" },                            /* jmpw */
	{ 64, "ec" },                                     /* in */
	{ 64, "66 ed" },                                  /* in */
	{ 64, "ee" },                                     /* out */
	{ 64, "66 ef" },                                  /* out */
	{ 64, "f1" },                                     /* int1 */
	{ 64, "64 f3 87 2b" },                            /* xrelease */
	{ 64, "f4" },                                     /* hlt */
	{ 64, "f5" },                                     /* cmc */
	{ 64, "67 f6 3c 6a" },                            /* idivb */
	{ 64, "64 f7 0d 9c e4 e7 b6 2d b8 56 a0" },       /* testl */
	{ 64, "66 41 f7 d0" },                            /* not */
	{ 64, "f8" },                                     /* clc */
	{ 64, "f9" },                                     /* stc */
	{ 64, "fa" },                                     /* cli */
	{ 64, "fb" },                                     /* sti */
	{ 64, "fc" },                                     /* cld */
	{ 64, "fe 83 3a 8e c5 01" },                      /* incb */
	{ 64, "64 ff 2d 27 6f 9e 77" },                   /* ljmp */
	{ 64, "66 ff 66 28" },                            /* jmpw */
	{ 64, "0f 00 99 35 44 87 3b" },                   /* ltr */
	{ 64, "41 0f 01 87 65 d9 3a 73" },                /* sgdt */
	{ 64, "44 0f 02 8b d4 f7 f1 7c" },                /* lar */
	{ 64, "67 48 0f 03 b4 25 9e ec e7 13" },          /* lsl */
	{ 64, "0f 05" },                                  /* syscall */
	{ 64, "0f 06" },                                  /* clts */
	{ 64, "48 0f 07" },                               /* sysretq */
	{ 64, "0f 08" },                                  /* invd */
	{ 64, "f3 0f 09" },                               /* wbnoinvd */
	{ 64, "0f 0d bc c2 22 da 21 95" },                /* prefetch */
	{ 64, "0f 0e" },                                  /* femms */
	{ 64, "0f 0f 10 97" },                            /* pfrsqrt */
	{ 64, "66 41 0f 10 9f 2b 21 9c 3a" },             /* movupd */
	{ 64, "66 41 0f 11 8c 29 fb f1 d3 aa" },          /* movupd */
	{ 64, "64 0f 12 ba ab 46 3e 67" },                /* movlps */
	{ 64, "66 41 0f 13 05 e8 c4 ed db" },             /* movlpd */
	{ 64, "41 0f 14 0c 75 a9 af 7c 69" },             /* unpcklps */
	{ 64, "44 0f 15 8c 30 5c c4 f7 de" },             /* unpckhps */
	{ 64, "64 0f 16 80 73 f0 ca bf" },                /* movhps */
	{ 64, "44 0f 17 9c 74 d8 50 8b 2f" },             /* movhps */
	{ 64, "41 0f 18 8c 2a 49 0b 34 38" },             /* prefetcht0 */
	{ 64, "41 0f 19 9b 26 87 a8 c2" },                /* nopl */
	{ 64, "f2 0f 1a 9a 7c bf 41 96" },                /* bndcu */
	{ 64, "66 41 0f 1b 0d 36 6c a0 b0" },             /* bndmov */
	{ 64, "41 0f 1c ac 4d 12 a4 d0 02" },             /* nopl */
	{ 64, "41 0f 1d 9d 29 5e 78 68" },                /* nopl */
	{ 64, "66 41 0f 1e 84 8c 12 47 4b 93" },          /* nopw */
	{ 64, "66 41 0f 1f 8d a7 05 3c 9f" },             /* nopw */
	{ 64, "41 0f 28 a6 08 a4 f9 93" },                /* movaps */
	{ 64, "66 0f 29 b3 f5 ed a4 85" },                /* movapd */
	{ 64, "66 41 0f 2a 8d 2e fa 52 d8" },             /* cvtpi2pd */
	{ 64, "44 0f 2b 94 8c 0e d5 cd 20" },             /* movntps */
	{ 64, "66 0f 2c 34 4d 39 ff 0f c8" },             /* cvttpd2pi */
	{ 64, "f3 0f 2d ac 6d 5d b1 84 e1" },             /* cvtss2si */
	{ 64, "66 41 0f 2e 3c 2d 97 4b 82 6e" },          /* ucomisd */
	{ 64, "67 0f 2f bd 18 68 97 5d" },                /* comiss */
	{ 64, "0f 31" },                                  /* rdtsc */
	{ 64, "0f 32" },                                  /* rdmsr */
	{ 64, "0f 33" },                                  /* rdpmc */
	{ 64, "0f 34" },                                  /* sysenter */
	{ 64, "48 0f 35" },                               /* sysexitq */
	{ 64, "44 0f 38 fc 97 a4 83 8b 46" },             /* aadd */
	{ 64, "67 48 0f 40 ac 25 df fc 1e 9f" },          /* cmovo */
	{ 64, "48 0f 41 24 0d 66 a2 c4 a3" },             /* cmovno */
	{ 64, "66 41 0f 42 bc 4b fa eb b3 c0" },          /* cmovb */
	{ 64, "67 48 0f 43 9a 30 68 2e 68" },             /* cmovae */
	{ 64, "4f 0f 44 ac cd 82 35 72 af" },             /* cmove */
	{ 64, "67 48 0f 45 9e a6 e8 77 28" },             /* cmovne */
	{ 64, "66 41 0f 46 89 73 64 9c 76" },             /* cmovbe */
	{ 64, "4f 0f 47 ac 23 d3 ce dc 16" },             /* cmova */
	{ 64, "48 0f 48 8c 07 7c 4b 73 22" },             /* cmovs */
	{ 64, "66 41 0f 49 35 2c c7 00 b6" },             /* cmovns */
	{ 64, "66 41 0f 4a 91 d6 b4 7f 02" },             /* cmovp */
	{ 64, "66 41 0f 4b 93 f2 53 75 59" },             /* cmovnp */
	{ 64, "66 41 0f 4c af a5 7a c6 44" },             /* cmovl */
	{ 64, "66 41 0f 4d b6 a1 39 6c 3a" },             /* cmovge */
	{ 64, "67 48 0f 4e b8 8d 2d 52 34" },             /* cmovle */
	{ 64, "66 41 0f 4f a6 b6 fd 45 1e" },             /* cmovg */
	{ 64, "66 0f 50 da" },                            /* movmskpd */
	{ 64, "66 41 0f 51 a6 88 85 88 15" },             /* sqrtpd */
	{ 64, "44 0f 52 94 b4 b6 ac ba de" },             /* rsqrtps */
	{ 64, "67 0f 53 a8 a7 c5 a6 e6" },                /* rcpps */
	{ 64, "64 0f 54 ae 84 f1 19 19" },                /* andps */
	{ 64, "66 0f 55 14 65 58 6e 39 47" },             /* andnpd */
	{ 64, "66 41 0f 56 9e fd 22 3f 58" },             /* orpd */
	{ 64, "64 0f 57 80 37 f0 58 d6" },                /* xorps */
	{ 64, "f3 0f 58 8c b4 c3 57 9c 8a" },             /* addss */
	{ 64, "f3 0f 59 bc 65 e8 42 75 f8" },             /* mulss */
	{ 64, "67 0f 5a 14 ad 76 a4 a7 03" },             /* cvtps2pd */
	{ 64, "41 0f 5b 8c db a7 52 6b cb" },             /* cvtdq2ps */
	{ 64, "66 41 0f 5c a7 89 0c 43 9c" },             /* subpd */
	{ 64, "67 0f 5d 84 ba 30 9e a1 75" },             /* minps */
	{ 64, "f2 0f 5e b4 26 35 00 9f da" },             /* divsd */
	{ 64, "67 0f 5f a5 92 02 a6 77" },                /* maxps */
	{ 64, "41 0f 60 90 7e 25 0f 6f" },                /* punpcklbw */
	{ 64, "66 41 0f 61 b8 a4 11 e8 4d" },             /* punpcklwd */
	{ 64, "64 0f 62 92 2b bd 1e ef" },                /* punpckldq */
	{ 64, "41 0f 63 5e 6c" },                         /* packsswb */
	{ 64, "64 0f 64 b2 32 ad 4c 79" },                /* pcmpgtb */
	{ 64, "41 0f 65 2d 3e 4c 3c eb" },                /* pcmpgtw */
	{ 64, "41 0f 66 82 cf 78 4f 94" },                /* pcmpgtd */
	{ 64, "66 41 0f 67 a0 5d 90 33 a2" },             /* packuswb */
	{ 64, "66 41 0f 68 3d 88 2c 0c b7" },             /* punpckhbw */
	{ 64, "41 0f 69 24 5d c9 9d 4d 30" },             /* punpckhwd */
	{ 64, "0f 6a 1d a9 1e 89 3c" },                   /* punpckhdq */
	{ 64, "42 0f 6b 9c 54 d8 58 78 b8" },             /* packssdw */
	{ 64, "66 0f 6c ad 33 69 71 40" },                /* punpcklqdq */
	{ 64, "66 41 0f 6d 7a 7d" },                      /* punpckhqdq */
	{ 64, "41 0f 6e 99 8b af 4d f5" },                /* movd */
	{ 64, "41 0f 6f 81 40 dd 2a c8" },                /* movq */
	{ 64, "66 0f 70 bc 0a 9a 9b 76 1e cb" },          /* pshufd */
	{ 64, "66 41 0f 71 f6 eb" },                      /* psllw */
	{ 64, "66 41 0f 74 12" },                         /* pcmpeqb */
	{ 64, "66 41 0f 75 98 a0 7c 64 62" },             /* pcmpeqw */
	{ 64, "41 0f 76 85 49 07 10 49" },                /* pcmpeqd */
	{ 64, "0f 77" },                                  /* emms */
	{ 64, "42 0f 78 94 c5 29 dc 33 db" },             /* vmread */
	{ 64, "41 0f 79 05 16 0c 61 ba" },                /* vmwrite */
	{ 64, "66 0f 7c 48 80" },                         /* haddpd */
	{ 64, "f2 0f 7d 9f 70 fd f3 23" },                /* hsubps */
	{ 64, "48 0f 7e 8c 12 7d ab 5d f4" },             /* movq */
	{ 64, "41 0f 7f 9d 2c d4 9b f9" },                /* movq */
	{ 64, "0f 80 1a 61 36 31" },                      /* jo */
	{ 64, "0f 86 18 09 f6 bd" },                      /* jbe */
	{ 64, "0f 8f 0b e1 80 b1" },                      /* jg */
	{ 64, "41 0f 90 3d 4d b7 84 ea" },                /* seto */
	{ 64, "41 0f 91 aa 6d 9a 85 f5" },                /* setno */
	{ 64, "64 0f 92 91 d1 30 76 6e" },                /* setb */
	{ 64, "41 0f 93 b8 84 0d 81 36" },                /* setae */
	{ 64, "67 0f 94 9c 5a 83 56 f7 9f" },             /* sete */
	{ 64, "42 0f 95 bc c0 db c5 2d cb" },             /* setne */
	{ 64, "41 0f 96 bf 5f a1 f4 0d" },                /* setbe */
	{ 64, "67 0f 97 7a fc" },                         /* seta */
	{ 64, "42 0f 98 8c 57 b8 4f fe 1e" },             /* sets */
	{ 64, "41 0f 99 52 4d" },                         /* setns */
	{ 64, "41 0f 9a 15 2e 47 16 c5" },                /* setp */
	{ 64, "42 0f 9b 84 86 57 e2 3c 0e" },             /* setnp */
	{ 64, "41 0f 9c 95 31 cf 6e 2e" },                /* setl */
	{ 64, "67 0f 9d 90 e0 e1 83 37" },                /* setge */
	{ 64, "0f 9e ac 77 ee a1 37 5a" },                /* setle */
	{ 64, "41 0f 9f dc" },                            /* setg */
	{ 64, "66 0f a0" },                               /* pushw */
	{ 64, "66 0f a1" },                               /* popw */
	{ 64, "0f a2" },                                  /* cpuid */
	{ 64, "41 0f a3 a8 3f da 90 e5" },                /* bt */
	{ 64, "67 48 0f a4 b2 af 8a 9f 91 8b" },          /* shld */
	{ 64, "66 41 0f a5 94 ca 61 40 1c 29" },          /* shld */
	{ 64, "66 0f a8" },                               /* pushw */
	{ 64, "66 0f a9" },                               /* popw */
	{ 64, "0f aa" },                                  /* rsm */
	{ 64, "41 0f ab a4 a2 b1 7c 18 81" },             /* bts */
	{ 64, "41 0f ac a5 7f 73 c0 43 a2" },             /* shrd */
	{ 64, "66 41 0f ad bd 9d ac c7 05" },             /* shrd */
	{ 64, "48 0f ae a7 d1 13 d0 62" },                /* xsave64 */
	{ 64, "41 0f b0 99 17 e1 fc 81" },                /* cmpxchg */
	{ 64, "48 0f b1 ac cc b5 30 29 b1" },             /* cmpxchg */
	{ 64, "66 0f b2 84 2d 76 30 8c 4a" },             /* lss */
	{ 64, "41 0f b3 a1 5c 7d b3 af" },                /* btr */
	{ 64, "67 48 0f b4 b5 76 bb 4c 85" },             /* lfs */
	{ 64, "66 41 0f b5 be 25 aa cd 73" },             /* lgs */
	{ 64, "4f 0f b6 3c ed 01 41 17 ff" },             /* movzbq */
	{ 64, "41 0f b7 a4 9d 6b 21 49 85" },             /* movzwl */
	{ 64, "f3 0f b8 9b 3b ba 2b f3" },                /* popcnt */
	{ 64, "41 0f ba b7 67 ab 5b 45 74" },             /* btrl */
	{ 64, "66 41 0f bb 9f ae 6b 60 38" },             /* btc */
	{ 64, "42 0f bc b4 2d 3a 41 ed 85" },             /* bsf */
	{ 64, "66 41 0f bd b4 15 6b 91 b2 1d" },          /* bsr */
	{ 64, "48 0f be 25 01 d2 35 f6" },                /* movsbq */
	{ 64, "67 48 0f bf a4 4e 5b a2 fc 0c" },          /* movswq */
	{ 64, "67 0f c0 9b ac e7 79 86" },                /* xadd */
	{ 64, "67 48 0f c1 1c 9d 96 fd 84 42" },          /* xadd */
	{ 64, "64 0f c2 89 71 22 6a 95 b5" },             /* cmpps */
	{ 64, "67 48 0f c3 af a2 5a ac c8" },             /* movnti */
	{ 64, "64 0f c4 a0 30 6e 4c 57 54" },             /* pinsrw */
	{ 64, "44 0f c5 e5 55" },                         /* pextrw */
	{ 64, "66 41 0f c6 8e 8d 40 3d 2f f7" },          /* shufpd */
	{ 64, "0f c7 a2 6b 10 2e a1" },                   /* xsavec */
	{ 64, "66 41 0f c8" },                            /* bswap */
	{ 64, "41 0f c9" },                               /* bswap */
	{ 64, "66 41 0f ca" },                            /* bswap */
	{ 64, "66 41 0f cb" },                            /* bswap */
	{ 64, "66 0f d0 8d 00 3a 4a d9" },                /* addsubpd */
	{ 64, "41 0f d1 93 de f0 58 dc" },                /* psrlw */
	{ 64, "67 0f d2 94 ad 2e 2d 29 ce" },             /* psrld */
	{ 64, "66 41 0f d3 0c 05 16 28 46 ba" },          /* psrlq */
	{ 64, "41 0f d4 8b e1 14 5f 22" },                /* paddq */
	{ 64, "41 0f d5 8b 30 41 9d d1" },                /* pmullw */
	{ 64, "66 41 0f d6 aa 73 f5 ea 9e" },             /* movq */
	{ 64, "44 0f d7 ec" },                            /* pmovmskb */
	{ 64, "66 41 0f d8 84 bb 04 d1 b8 02" },          /* psubusb */
	{ 64, "41 0f d9 89 9c 42 7c 77" },                /* psubusw */
	{ 64, "41 0f da 9c b8 fa af c4 5a" },             /* pminub */
	{ 64, "66 41 0f db a4 df b3 27 8b 44" },          /* pand */
	{ 64, "66 41 0f dc 8b 4e 2d f2 5d" },             /* paddusb */
	{ 64, "66 41 0f dd 8b 38 59 dd 18" },             /* paddusw */
	{ 64, "41 0f de 8c 85 8a 96 00 ea" },             /* pmaxub */
	{ 64, "67 0f df 8c fb 3c 84 6b b5" },             /* pandn */
	{ 64, "41 0f e0 a4 28 90 06 d4 df" },             /* pavgb */
	{ 64, "64 0f e1 8d 28 66 7f f9" },                /* psraw */
	{ 64, "66 41 0f e2 b6 e8 8a db 08" },             /* psrad */
	{ 64, "41 0f e3 83 83 61 1b e2" },                /* pavgw */
	{ 64, "66 41 0f e4 ac ad 5f 6b e8 ee" },          /* pmulhuw */
	{ 64, "42 0f e5 9c 78 33 69 44 50" },             /* pmulhw */
	{ 64, "66 41 0f e6 bb 02 34 85 df" },             /* cvttpd2dq */
	{ 64, "41 0f e7 9c 91 24 56 f3 a5" },             /* movntq */
	{ 64, "66 41 0f e8 ac 7a 9c 10 38 18" },          /* psubsb */
	{ 64, "67 0f e9 1c 2d 7a fa 9a 5e" },             /* psubsw */
	{ 64, "67 0f ea 15 63 c5 1a 56" },                /* pminsw */
	{ 64, "66 0f eb a1 3a 55 4e 58" },                /* por */
	{ 64, "64 0f ec 84 25 3c b9 b7 65" },             /* paddsb */
	{ 64, "64 0f ed ba cf 41 1b 98" },                /* paddsw */
	{ 64, "66 41 0f ee 8b 24 3f 5b b9" },             /* pmaxsw */
	{ 64, "41 0f ef ac 08 ed 62 a6 62" },             /* pxor */
	{ 64, "f2 0f f0 9d b8 cc 51 66" },                /* lddqu */
	{ 64, "66 41 0f f1 8d 2f 7d d3 b0" },             /* psllw */
	{ 64, "66 0f f2 93 bf b1 48 4e" },                /* pslld */
	{ 64, "66 41 0f f3 9f 20 02 93 c7" },             /* psllq */
	{ 64, "66 0f f4 92 ce bd 8d c3" },                /* pmuludq */
	{ 64, "66 41 0f f5 b0 04 b4 84 2d" },             /* pmaddwd */
	{ 64, "66 41 0f f6 ad 31 ed 75 ad" },             /* psadbw */
	{ 64, "66 41 0f f8 64 20 b7" },                   /* psubb */
	{ 64, "66 41 0f f9 84 f5 d1 ff 61 f6" },          /* psubw */
	{ 64, "64 0f fa a4 e3 1e 80 0e 51" },             /* psubd */
	{ 64, "64 0f fb b0 ee 51 88 2d" },                /* psubq */
	{ 64, "66 41 0f fc 4c ba 8e" },                   /* paddb */
	{ 64, "41 0f fd 15 ca 68 7e f9" },                /* paddw */
	{ 64, "41 0f fe 9c 17 d1 69 d2 69" },             /* paddd */
	{ 64, "41 0f 38 03 be 42 1e a8 3e" },             /* phaddsw */
	{ 64, "66 41 0f 38 0b 2d e2 9d bb d3" },          /* pmulhrsw */
	{ 64, "66 41 0f 38 23 35 02 82 54 74" },          /* pmovsxwd */
	{ 64, "66 0f 38 2b 15 df 46 84 ca" },             /* packusdw */
	{ 64, "66 41 0f 38 33 70 1c" },                   /* pmovzxwd */
	{ 64, "66 41 0f 38 3b 5f cc" },                   /* pminud */
	{ 64, "41 0f 38 cb 3d 25 2f 58 96" },             /* sha256rnds2 */
	{ 64, "66 0f 38 db a7 8b 86 0c cf" },             /* aesimc */
	{ 64, "66 0f 3a 0b af bb 5e ff d9 6b" },          /* roundsd */
	{ 64, "66 41 0f 3a 63 5e 6c fa" },                /* pcmpistri */
	{ 64, "c5 dc 15 9f 1f 61 c6 d8" },                /* vunpckhps */
	{ 64, "c5 fa 2d a5 5f 2c 57 d8" },                /* vcvtss2si */
	{ 64, "c5 d5 45 e3" },                            /* korb */
	{ 64, "c5 c9 55 14 65 58 6e 39 47" },             /* vandnpd */
	{ 64, "c5 f5 5d 84 ba 30 9e a1 75" },             /* vminpd */
	{ 64, "c5 d5 65 b6 a4 42 68 87" },                /* vpcmpgtw */
	{ 64, "c5 c5 6d 1d 4f 5e e5 31" },                /* vpunpckhqdq */
	{ 64, "c5 c9 75 6e 26" },                         /* vpcmpeqw */
	{ 64, "c5 c9 7d ba f7 bc 9b 4c" },                /* vhsubpd */
	{ 64, "c5 c9 d5 91 83 f3 aa b5" },                /* vpmullw */
	{ 64, "c5 d5 dd b0 4b 47 eb af" },                /* vpaddusw */
	{ 64, "c5 d5 e5 92 1c 31 90 4e" },                /* vpmulhw */
	{ 64, "c5 d9 ed 15 e0 2c fb 54" },                /* vpaddsw */
	{ 64, "c5 cd f5 9c 70 b9 5c d6 2c" },             /* vpmaddwd */
	{ 64, "c5 fd fd 15 ca 68 7e f9" },                /* vpaddw */
	{ 64, "c4 e2 45 07 59 3d" },                      /* vphsubsw */
	{ 64, "c4 e2 39 37 73 25" },                      /* vpcmpgtq */
	{ 64, "c4 e1 41 57 44 e1 6e" },                   /* vxorpd */
	{ 64, "c4 e1 0d 67 a7 8d b8 17 0a" },             /* vpackuswb */
	{ 64, "c4 e1 7c 77" },                            /* vzeroall */
	{ 64, "c4 e2 49 97 b8 6a ba 53 a4" },             /* vfmsubadd132ps */
	{ 64, "c4 e2 11 b7 8d 7d 28 37 9b" },             /* vfmsubadd231ps */
	{ 64, "c4 e2 09 e7 9e 11 cd 4c 0c" },             /* cmpnbexadd */
	{ 64, "c4 e2 00 f7 9d d5 0a da 71" },             /* bextr */
};

#endif
