// Fixed Unicode tables of the text normaliser, made by unicode-table.py from tokenizers 0.22.2; do not edit.
// Left out: Hangul syllables, which unicode.ts decomposes by arithmetic. The notation is explained in unicode-table.py; numbers are base 36.

/** NFKD followed by the removal of combining marks. */
export const decompositions = `
4g:w 7:w 1:2p 4:w 2+2:1e 0:w 0:qk 2:w 0:1d 0:33 1:1d.6dg.1g 0:1d.6dg.1e 0:1f.6dg.1g 1*6:1t 1:1v 0*4:1x 0*4:21 1+2:26
0*4:27 2*4:2d 0:2h 2*6:2p 1:2r 0*4:2t 0*4:2x 1+2:32 0*4:33 2*4:39 0:3d 1:3d 0:1t 0:2p 0:1t 0:2p 0:1t 0:2p 0:1v 0:2r
0:1v 0:2r 0:1v 0:2r 0:1v 0:2r 0:1w 0:2s 2:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1z 0:2v 0:1z 0:2v 0:1z
0:2v 0:1z 0:2v 0:20 0:2w 2:21 0:2x 0:21 0:2x 0:21 0:2x 0:21 0:2x 0:21 1:21.22 0:2x.2y 0:22 0:2y 0:23 0:2z 1:24 0:30
0:24 0:30 0:24 0:30 0:24.53 0:30.53 2:26 0:32 0:26 0:32 0:26 0:32 0:jg.32 2:27 0:33 0:27 0:33 0:27 0:33 2:2a 0:36
0:2a 0:36 0:2a 0:36 0:2b 0:37 0:2b 0:37 0:2b 0:37 0:2b 0:37 0:2c 0:38 0:2c 0:38 2:2d 0:39 0:2d 0:39 0:2d 0:39 0:2d
0:39 0:2d 0:39 0:2d 0:39 0:2f 0:3b 0:2h 0:3d 0+2:2h 0:3e 0:2i 0:3e 0:2i 0:3e 0:37 w:27 0:33 d:2d 0:39 j:1w.2i
0:1w.3e 0:2s.3e 0:24.22 0:24.2y 0:30.2y 0:26.22 0:26.2y 0:32.2y 0:1t 0:2p 0:21 0:2x 0:27 0:33 0:2d 0:39 0:2d 0:39
0:2d 0:39 0:2d 0:39 0:2d 0:39 1:1t 0:2p 0:1t 0:2p 0:5i 0:6e 2:1z 0:2v 0:23 0:2z 0:27 0:33 0:27 0:33 0:c7 0:ia 0:2y
0:1w.2i 0:1w.3e 0:2s.3e 0:1z 0:2v 2:26 0:32 0:1t 0:2p 0:5i 0:6e 0:60 0:6w 0:1t 0:2p 0:1t 0:2p 0:1x 0:2t 0:1x 0:2t
0:21 0:2x 0:21 0:2x 0:27 0:33 0:27 0:33 0:2a 0:36 0:2a 0:36 0:2d 0:39 0:2d 0:39 0:2b 0:37 0:2c 0:38 2:20 0:2w 6:1t
0:2p 0:1x 0:2t 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:2h 0:3d 3g:2w 0:h2 0:2y 0:36 0:hl 0:hn 0:ht 0:3b 0:3d v*6:w
2:gz 0:30 0:37 0:3c 0:id r*34: 4:jd 5:w 3:1n 5*2:w 0:pd 0:53 0:ph 0:pj 0:pl 1:pr 1:px 0:q1 0:qh p:pl 0:px 0:q9 0:qd
0:qf 0:qh 0:qt p:qh 0:qt 0:qn 0:qt 0:qx 1:qa 0:qg 0*3:px 0:qu 0:qo p:qi 0+2:qp 1:pk 0:qd 3:pv 6*2:t1 1:sz 3:sm 4:t6
0:t4 0:tf a:t4 v:u0 m*2:tx 1:tv 3:uu 4:u2 0:u0 0:ub n+2:vo b*7: 1j:t2 0:ty d:sw 0:ts 0:sw 0:ts 2:t1 0:tx 2+2:yg 0:t2
0:ty 0:t3 0:tz 2:t4 0:u0 0:t4 0:u0 0:ta 0:u6 2+2:yw 0:tp 0:ul 0:tf 0:ub 0:tf 0:ub 0:tf 0:ub 0:tj 0:uf 2:tn 0:uj
3x:12d.136 9*19: 1: 1*2: 1*2: 1: 20*b: 7*2:17r 0:18o 0:17r 0:18q 10*l: g: 4:17r.19w 0:18o.19w 0:1c7.19w 0:18q.19w
1z:1cl 1:1c1 g:1ci 2*7: 2*6: 2*2: 1*4: z: u*r: 2j*b: 1m*9: y*4: 1*9: 1*3: 1*5: 17*3: 3c*e: 1*x: 11:1t4 7:1tc 2:1tf
5*3: 1*i: 1*7: 0+3:1sl 0:1ss 0+2:1sx 0:1t7 0:1tb 2*2: t*3: 1k: 1*7: 2*2: 2*3: 9: 4+2:1wh 1:1wv 2*2: t*3: 1b:20i
2:20o 5: 1*5: 4*2: 2*3: 3: 7+2:1zq 0:1zw 2:20b h*2: 3: b*3: 1k: 1*8: 1*3: 1*3: k*2: t*3: 1k: 1*7: 2*2: 2*3: 8*2:
4+2:275 4*2: u: h:2aa 15*5: 3*3: 1*4: 9: 14*4: 1m*7: 1*3: 1*4: 7*2: b*2: t*3: 1k: 1*7: 1*3: 1*4: 7*2: b*2: t*3:
1m*7: 1*3: 1*4: 9: a*2: u*2: 1y: 4*6: 1: 1*8: i*2: 1p: 1:2sy 0*7: c*8: 2q: 1:2wi 0*6: 1*2: b*6: e:2wb.2vt 0:2wb.2w1
1a:2yz b*2: r: 1: 1: 4*2: 3:30i 9:30s 4:30x 4:312 4:317 c:30g 7*k: 1*2: 5*b: 1*10: 9: 2n:36t 4*k: n*4: 4*3: 1*3:
2*7: 3*4: d*c: 1: a*4: 2m:3bw gw*3: qa*3: t*3: t*2: u*2: 1s*w: 9: 19*3: 3b*2: y: 3a*c: 4*c: 63*5: 1l*a: 1*t: 2:
1c*f: 1t*5: 1%5:5c5 3:5ch x*h: 12*9: c*3: u*d: 1k*e: 1c*k: 48*3: 1*l: 4: 4*3: 3*2: 1e:1t 0:5i 0%2:1u 0:1x 0:b2
0+8:1z 1:27 0:f6 0:28 0:2a 0+2:2c 0:2f 0:2p 0+2:gg 0:5qa 0:2q 0+2:2s 0:gp 0+2:gr 0:2v 1:2z 0:31 0:97 0:33 0:gk
0+2:5qu 0:34 0+2:38 0:5r1 0:hb 0:3a 0:5r9 0+3:qa 0+2:qu 0:2x 0:36 0+2:39 0+2:qa 0:qp 0+2:qu d:u5 y:gi 0:2r 0:gl 0:6o
0:gs 0:2u 0:gv 0:gx 0:h1 0+3:h4 0:5tn 0:il 0:h9 0:5tx 0:in 0:hd 0:hc 0+4:he 0:hk 0+2:hu 0:bv 0+2:i1 0:5r0 0+2:i3
0:3e 0+3:i8 0:qg 0*1i: 5*5: 0:1t 0:2p 0:1u 0:2q 0:1u 0:2q 0:1u 0:2q 0:1v 0:2r 0:1w 0:2s 0:1w 0:2s 0:1w 0:2s 0:1w
0:2s 0:1w 0:2s 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1y 0:2u 0:1z 0:2v 0:20 0:2w 0:20 0:2w 0:20 0:2w
0:20 0:2w 0:20 0:2w 0:21 0:2x 0:21 0:2x 0:23 0:2z 0:23 0:2z 0:23 0:2z 0:24 0:30 0:24 0:30 0:24 0:30 0:24 0:30 0:25
0:31 0:25 0:31 0:25 0:31 0:26 0:32 0:26 0:32 0:26 0:32 0:26 0:32 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:28 0:34
0:28 0:34 0:2a 0:36 0:2a 0:36 0:2a 0:36 0:2a 0:36 0:2b 0:37 0:2b 0:37 0:2b 0:37 0:2b 0:37 0:2b 0:37 0:2c 0:38 0:2c
0:38 0:2c 0:38 0:2c 0:38 0:2d 0:39 0:2d 0:39 0:2d 0:39 0:2d 0:39 0:2d 0:39 0:2e 0:3a 0:2e 0:3a 0:2f 0:3b 0:2f 0:3b
0:2f 0:3b 0:2f 0:3b 0:2f 0:3b 0:2g 0:3c 0:2g 0:3c 0:2h 0:3d 0:2i 0:3e 0:2i 0:3e 0:2i 0:3e 0:2w 0:38 0:3b 0:3d
0:2p.ji 0:37 4:1t 0:2p 0:1t 0:2p 0:1t 0:2p 0:1t 0:2p 0:1t 0:2p 0:1t 0:2p 0:1t 0:2p 0:1t 0:2p 0:1t 0:2p 0:1t 0:2p
0:1t 0:2p 0:1t 0:2p 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:1x 0:2t 0:21 0:2x 0:21
0:2x 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33 0:27 0:33
0:27 0:33 0:2d 0:39 0:2d 0:39 0:2d 0:39 0:2d 0:39 0:2d 0:39 0:2d 0:39 0:2d 0:39 0:2h 0:3d 0:2h 0:3d 0:2h 0:3d 0:2h
0:3d 6*8:q9 0*8:pd 0*6:qd 2*6:ph 2*8:qf 0*8:pj 0*8:qh 0*8:pl 0*6:qn 2*6:pr 2*8:qt 1:px 1:px 1:px 1:px 0*8:qx 0*8:q1
0*2:q9 0*2:qd 0*2:qf 0*2:qh 0*2:qn 0*2:qt 0*2:qx 2*8:q9 0*8:pd 0*8:qf 0*8:pj 0*8:qx 0*8:q1 0*5:q9 1*2:q9 0*5:pd 0:w
0:qh 0*3:w 0*3:qf 1*2:qf 0*2:ph 0*3:pj 0*3:w 0*4:qh 2*2:qh 0*4:pl 1*3:w 0*4:qt 0*2:qp 0*2:qt 0*4:px 0:pt 0*2:w 0:2o
2*3:qx 1*2:qx 0*2:pr 0*3:q1 0*2:w 1*b:w 6:6c0 5:w c:1a 0:1a.1a 0:1a.1a.1a 8:w 3:6cy.6cy 0:6cy.6cy.6cy 1:6d1.6d1
0:6d1.6d1.6d1 4:x.x 1:w 8:1r.1r 0:1r.x 0:x.1r d:6cy.6cy.6cy.6cy 7:w g:1c 0:2x 2+6:1g 0:17 0:6qa 0:1p 0+2:14 0:32
0+a:1c 0:17 0:6qa 0:1p 0+2:14 1:2p 0:2t 0:33 0:3c 0:gp 0:2w 0+4:2z 0:34 0+2:37 b:2a.37 13*x: f:2p.1b.2r 0:2p.1b.37
0:1v 0:4w.1v 1:2r.1b.33 0:2r.1b.39 0:b4 1:4w.1y 0:2v 0*3:20 0:2w 0:87 0*2:21 0:24 0:30 1:26 0:26.33 2+3:28 0*2:2a
2:2b.25 0:2c.1x.24 0:2c.25 1:2i 1:q1 1:2i 1:23 0+3:1t 1:2t 0+2:1x 1:25 0:33 0+4:15c 0:2x 1:1y.1t.2g 0:qo 0:qb 0:pf
0:ps 0:6q9 4:1w 0+2:2s 0+2:2x 6:1d.6dg.1j 0:1d.6dg.1l 0:1d.6dg.1d.1c 0:1d.6dg.1f 0:1e.6dg.1f 0:1d.6dg.1h 0:1e.6dg.1h
0:1f.6dg.1h 0:1g.6dg.1h 0:1d.6dg.1i 0:1h.6dg.1i 0:1d.6dg.1k 0:1f.6dg.1k 0:1h.6dg.1k 0:1j.6dg.1k 0:1d.6dg 0:21
0:21.21 0:21.21.21 0:21.2e 0:2e 0:2e.21 0:2e.21.21 0:2e.21.21.21 0:21.2g 0:2g 0:2g.21 0:2g.21.21 0:24 0+2:1v 0:25
0:2x 0:2x.2x 0:2x.2x.2x 0:2x.3a 0:3a 0:3a.2x 0:3a.2x.2x 0:3a.2x.2x.2x 0:2x.3c 0:3c 0:3c.2x 0:3c.2x.2x 0:30 0+2:2r
0:31 9:1c.6dg.1f g:6mo 0:6mq i:6ms u:6og 0:6ok 0:6oi 1g:6pv 4:6q0 2:6q3 n%2:6qr 5:6qz.6qz 0:6qz.6qz.6qz 1:6r2.6r2
0:6r2.6r2.6r2 g:6rg 2:6rn 2:6rp 1:6rs m:1p 1:6sh a:6rx 0:1o 0:1q 0+2:6sk 2+2:6sy 2+2:6t2 6+2:6t6 2+2:6te 2+2:6ti
y:6ua 0+2:6ug 0:6uj 1c+2:6t8 0+2:6tt 6+4:6uq 1n+2:9hk 8l+9:1d 0:1d.1c 0:1d.1d 0:1d.1e 0:1d.1f 0:1d.1g 0:1d.1h
0:1d.1i 0:1d.1j 0:1d.1k 0:1d.1l 0:1e.1c 0:14.1d.15 0:14.1e.15 0:14.1f.15 0:14.1g.15 0:14.1h.15 0:14.1i.15 0:14.1j.15
0:14.1k.15 0:14.1l.15 0:14.1d.1c.15 0:14.1d.1d.15 0:14.1d.1e.15 0:14.1d.1f.15 0:14.1d.1g.15 0:14.1d.1h.15
0:14.1d.1i.15 0:14.1d.1j.15 0:14.1d.1k.15 0:14.1d.1l.15 0:14.1e.1c.15 0:1d.1a 0:1e.1a 0:1f.1a 0:1g.1a 0:1h.1a
0:1i.1a 0:1j.1a 0:1k.1a 0:1l.1a 0:1d.1c.1a 0:1d.1d.1a 0:1d.1e.1a 0:1d.1f.1a 0:1d.1g.1a 0:1d.1h.1a 0:1d.1i.1a
0:1d.1j.1a 0:1d.1k.1a 0:1d.1l.1a 0:1e.1c.1a 0:14.2p.15 0:14.2q.15 0:14.2r.15 0:14.2s.15 0:14.2t.15 0:14.2u.15
0:14.2v.15 0:14.2w.15 0:14.2x.15 0:14.2y.15 0:14.2z.15 0:14.30.15 0:14.31.15 0:14.32.15 0:14.33.15 0:14.34.15
0:14.35.15 0:14.36.15 0:14.37.15 0:14.38.15 0:14.39.15 0:14.3a.15 0:14.3b.15 0:14.3c.15 0:14.3d.15 0:14.3e.15 0+q:1t
0+q:2p 0:1c 10h:6qz.6qz.6qz.6qz 2v:1m.1m.1p 0:1p.1p 0:1p.1p.1p 2t:8gt bj:2y 0:2e 35*3: 3h:8yp f: 2o*w: 4f:lal 2b:vj3
c:feo 0:ffs 0:fg6 0:fgf 0:fh5 0:fid 0:fik 0:fj4 0:fju 0:g1r 0:g2t 0:g2z 0:g3m 0:g46 0:g4r 0:g68 0:g6t 0:g74 0:gbf
0:ge1 0:get 0:gey 0:gfs 0:gg1 0:ggs 0:gh5 0:ghu 0:gja 0:gjs 0:gkj 0:h5j 0:h7j 0:hkb 0:hky 0:hl6 0:hlh 0:hlz 0:ho3
0:i1c 0:i2o 0:i60 0:i6n 0:i76 0:i7s 0:i9a 0:i9d 0:ijf 0:ijp 0:ik1 0:ike 0:inm 0:inu 0:inz 0:ir8 0:iri 0:irv 0:is3
0:its 0:iu9 0:iur 0:iwz 0:jd4 0:jee 0:jez 0:jzj 0:jzo 0:k1z 0:k2f 0:k2s 0:k3d 0:k4g 0:k4l 0:kc0 0:kco 0:kdk 0:l5s
0:l7m 0:l89 0:l9v 0:laj 0:las 0:laz 0:lcf 0:lck 0:ldg 0:m7f 0:mju 0:mk6 0:mkb 0:mkf 0:mkn 0:ml5 0:ml7 0:mng 0:mtg
0:mtl 0:n30 0:n3a 0:n4o 0:n4v 0:n54 0:n5c 0:n7v 0:n82 0:nee 0:nel 0:nfy 0:ngf 0:nhq 0:nob 0:noi 0:noz 0:ny2 0:o1k
0:o1q 0:o6s 0:o97 0:oah 0:okz 0:ooo 0:p4m 0:p5d 0:p6y 0:p8d 0:pa9 0:pak 0:paq 0:pbn 0:pdr 0:pe1 0:pnn 0:pnu 0:po3
0:poc 0:pos 0:pp7 0:ppb 0:pri 0:prm 0:prs 0:qj1 0:qjv 0:qww 0:qx8 0:qxv 0:r5q 0:r63 0:r82 0:r9c 0:rp3 0:rpi 0:rpx
0:rqw 0:rrx 0:rxg 0:rxs 0:rzn 0:s6j 0:s7e 0:sd7 0:sds 0:sdx 0:sk1 0:sp5 0:ssm 0:sss 0:ssx 0:tiv 0:tj4 0:tng 0:trq
0:trt 0:tt4 0:tw1 0:twe 0:twi 0:twp 0:tzf 0:u0d 0:u0j 0:u0x 0:u5k 0:u6z 0:u73 0:uc6 0:uc9 0:ucs 0:ujs 0:ul4 0:ulb
0:un9 0:unj 0:unm 0:unw 0:uoq 0:uzp 0:vat 0:vb3 0:vc5 0:vcr 0:vcz 0:vd9 0:vdd 0:veh 0:vel 0:vf2 0:vf7 0:vfk 0:vgb
0:vgq 0:vgy 0:vil 0:vj0 0:vj4 16:w 15*6: 6:9hu 1:gg1 0+2:gg4 h%c:9jf 2%3:9k4 6*2:9kf 1*2:9ki 1*2:9kl 1*2:9ko 1*2:9kr
m:9ja 4*2: 0*2:w 1:9lp 0:9l4.9l6 c%c:9m3 2%3:9ms 6*2:9n3 1*2:9n6 1*2:9n9 1*2:9nc 1*2:9nf m:9ly 2+4:9nz 3:9od
0:9mb.9mw 1d+2:3cw 0:3hm 0:3cy 0+2:3ho 0+3:3cz 0+6:3hs 0:3dm 0+3:3d2 0:3dt 0+a:3d5 0+l:3fl 0:3fk 0+2:3dg 0+2:3if
0:3ik 0:3im 0:3ir 0:3iv 0:3ix 0:3do 0:3j1 0:3j3 0+2:3dp 0:3ds 0+2:3du 0:3dz 0:3e1 0+5:3e3 0:3ea 0:3ee 0:3eo 0:3ev
0:3f0 0+2:3jl 0+3:3fb 0+2:3gk 0:3go 0+2:3gx 0:3h0 0:3ha 0:3hd 3:feo 0:fik 0:fex 0:h5n 0:fey 0:ffx 0:fez 0:n5e 0:fh5
0:ffd 0:fep 0:hm1 0:h80 0:fju 2o:14.3cw.15 0:14.3cy.15 0:14.3cz.15 0:14.3d1.15 0:14.3d2.15 0:14.3d3.15 0:14.3d5.15
0:14.3d7.15 0:14.3d8.15 0:14.3da.15 0:14.3db.15 0:14.3dc.15 0:14.3dd.15 0:14.3de.15 0:14.3cw.3fl.15 0:14.3cy.3fl.15
0:14.3cz.3fl.15 0:14.3d1.3fl.15 0:14.3d2.3fl.15 0:14.3d3.3fl.15 0:14.3d5.3fl.15 0:14.3d7.3fl.15 0:14.3d8.3fl.15
0:14.3da.3fl.15 0:14.3db.3fl.15 0:14.3dc.3fl.15 0:14.3dd.3fl.15 0:14.3de.3fl.15 0:14.3d8.3fy.15
0:14.3d7.3ft.3d8.3fp.3hn.15 0:14.3d7.3ft.3de.3fy.15 1:14.feo.15 0:14.fik.15 0:14.fex.15 0:14.h5n.15 0:14.fis.15
0:14.g31.15 0:14.fer.15 0:14.g2z.15 0:14.fh9.15 0:14.gg1.15 0:14.kco.15 0:14.m7f.15 0:14.ldg.15 0:14.kdk.15
0:14.ssx.15 0:14.h7j.15 0:14.k4l.15 0:14.kkq.15 0:14.kcp.15 0:14.ny6.15 0:14.glp.15 0:14.mm1.15 0:14.rs1.15
0:14.nz1.15 0:14.gc4.15 0:14.fkz.15 0:14.gos.15 0:14.i1y.15 0:14.nhf.15 0:14.flt.15 0:14.rt3.15 0:14.ggk.15
0:14.nzh.15 0:14.fm9.15 0:14.pnu.15 0:14.po3.15 0:gun 0:inw 0:k1z 0:oen 8:28.2c.1x 0:1e.1d 0:1e.1e 0:1e.1f 0:1e.1g
0:1e.1h 0:1e.1i 0:1e.1j 0:1e.1k 0:1e.1l 0:1f.1c 0:1f.1d 0:1f.1e 0:1f.1f 0:1f.1g 0:1f.1h 0:3cw 0+2:3cy 0+3:3d1 0:3d5
0+2:3d7 0+5:3da 0:3cw.3fl 0:3cy.3fl 0:3cz.3fl 0:3d1.3fl 0:3d2.3fl 0:3d3.3fl 0:3d5.3fl 0:3d7.3fl 0:3d8.3fl 0:3da.3fl
0:3db.3fl 0:3dc.3fl 0:3dd.3fl 0:3de.3fl 0:3da.3fl.3hz.3cw.3ft 0:3d8.3fy.3d7.3g4 0:3d7.3fy 1:feo 0:fik 0:fex 0:h5n
0:fis 0:g31 0:fer 0:g2z 0:fh9 0:gg1 0:kco 0:m7f 0:ldg 0:kdk 0:ssx 0:h7j 0:k4l 0:kkq 0:kcp 0:ny6 0:glp 0:mm1 0:rs1
0:nz1 0:gc4 0:o2g 0:n5j 0:ho3 0:six 0:g16 0:ghc 0:lig 0:u11 0:fm9 0:g49 0:l7n 0:fey 0:ffx 0:fez 0:ijq 0:gkz 0:gfv
0:i3b 0:i1y 0:nhf 0:flt 0:rt3 0:ggk 0:hlo 0:1f.1i 0:1f.1j 0:1f.1k 0:1f.1l 0:1g.1c 0:1g.1d 0:1g.1e 0:1g.1f 0:1g.1g
0:1g.1h 0:1g.1i 0:1g.1j 0:1g.1k 0:1g.1l 0:1h.1c 0:1d.kco 0:1e.kco 0:1f.kco 0:1g.kco 0:1h.kco 0:1i.kco 0:1j.kco
0:1k.kco 0:1l.kco 0:1d.1c.kco 0:1d.1d.kco 0:1d.1e.kco 0:20.2v 0:2t.36.2v 0:2t.2e 0:24.2c.1w 0:9lu 0:9lw 0:9ly 0:9m0
0+2:9m2 0:9m5 0:9m7 0:9m9 0:9mb 0:9md 0:9mf 0:9mh 0:9mj 0:9ml 0:9mn 0:9mp 0:9ms 0:9mu 0:9mw 0+6:9my 0:9n6 0:9n9
0:9nc 0:9nf 0+5:9ni 0:9no 0:9nq 0+6:9ns 0+4:9nz 1:9lu.9n3.9oc.9mw 0:9lu.9nv.9n9.9lt 0:9lu.9o3.9nc.9lu 0:9lu.9oc.9nv
0:9lw.9mz.9o3.9m7 0:9lw.9o3.9mp 0:9ly.9m1.9o3 0:9m0.9mh.9m7.9oc.9mw 0:9m0.9oc.9m3.9oc 0:9m2.9o3.9mh 0:9m2.9oc.9nk
0:9m3.9lw.9nu 0:9m3.9nt.9mr.9mw 0:9m3.9nx.9nu.9oc 0:9m3.9nx.9o3 0:9m3.9o3.9ni 0:9m5.9m3 0:9m5.9mz.9oc
0:9m5.9np.9nu.9oc 0:9m5.9nv.9mn.9oc 0:9m5.9nx 0:9m5.9nx.9m7.9nt.9nk 0:9m5.9nx.9nl.9oc.9mw.9nv 0:9m5.9nx.9nz.9mr.9mw
0:9m7.9nt.9nk 0:9m7.9nt.9nk.9mw.9o3 0:9m7.9nv.9mj.9lw.9nx 0:9m7.9nx.9oc.9n1 0:9m9.9oc.9mh 0:9mb.9nv.9my
0:9mb.9oc.9nf 0:9md.9lw.9m7.9nv 0:9md.9o3.9mp.9oc.9nk 0:9mf.9nu.9o3.9m7 0:9mj.9o3.9mp 0:9mj.9o3.9mw 0:9mn.9oc.9mh
0:9mu.9mf 0:9mw.9nv 0:9mw.9o3 0:9my.9n2 0:9n2.9mr.9mw 0:9n3.9lw.9ms 0:9n3.9oc.9mj.9o3.9mw 0:9n3.9oc.9ms
0:9n3.9oc.9nw.9nv 0:9n6.9lu.9mh.9mw.9nv 0:9n6.9m7.9nv 0:9n6.9mb 0:9n6.9nv 0:9n9.9lt.9nt.9mr.9mw 0:9n9.9lv.9oc.9mw
0:9n9.9mr.9mf.9lz.9nv 0:9n9.9nt.9o3 0:9nc.9m7.9mn.9oc.9nv 0:9nc.9ml 0:9nc.9mz.9n6 0:9nc.9nv.9ms 0:9nc.9o3.9mh
0:9nc.9oc.9mf 0:9nc.9oc.9mn 0:9nf.9lw.9o3.9mw 0:9nf.9nv.9mw 0:9nf.9o3 0:9nf.9o3.9mw 0:9nf.9oc.9nv 0:9nf.9oc.9o3
0:9ni.9lw.9m7.9nx 0:9ni.9lw.9nv 0:9ni.9mr.9n3 0:9ni.9nv.9m7 0:9ni.9o3.9mf.9nr.9o3 0:9nj.9m7.9nx.9o3 0:9nj.9nu
0:9nj.9nu.9n3.9oc.9nv 0:9nl.9m3 0:9nl.9m3.9mw.9o3 0:9nl.9oc.9mw.9nv 0:9no.9oc.9mw 0:9no.9oc.9nv 0:9nq.9lu.9o3
0:9nu.9mr.9mw.9nv 0:9nu.9nt 0:9nv.9n6.9oc 0:9nv.9oc.9n9.9nv 0:9nw.9nk 0:9nw.9o3.9mw.9m9.9o3 0:9nz.9mr.9mw 0:1c.m9l
0:1d.m9l 0:1e.m9l 0:1f.m9l 0:1g.m9l 0:1h.m9l 0:1i.m9l 0:1j.m9l 0:1k.m9l 0:1l.m9l 0:1d.1c.m9l 0:1d.1d.m9l 0:1d.1e.m9l
0:1d.1f.m9l 0:1d.1g.m9l 0:1d.1h.m9l 0:1d.1i.m9l 0:1d.1j.m9l 0:1d.1k.m9l 0:1d.1l.m9l 0:1e.1c.m9l 0:1e.1d.m9l
0:1e.1e.m9l 0:1e.1f.m9l 0:1e.1g.m9l 0:2w.28.2p 0:2s.2p 0:1t.2d 0:2q.2p.36 0:33.2e 0:34.2r 0:2s.31 0:2s.31.1e
0:2s.31.1f 0:21.2d 0:inn.jdc 0:k6l.gp8 0:hlz.l7n 0:k5q.lh7 0:kkq.irz.fmi.ny6 0:34.1t 0:32.1t 0:qk.1t 0:31.1t 0:2z.1t
0:23.1u 0:25.1u 0:1z.1u 0:2r.2p.30 0:2z.2r.2p.30 0:34.1y 0:32.1y 0:qk.1y 0:qk.2v 0:31.2v 0:2z.2v 0:20.3e 0:2z.20.3e
0:25.20.3e 0:1z.20.3e 0:2c.20.3e 0:qk.30 0:31.30 0:2s.30 0:2z.30 0:2u.31 0:32.31 0:qk.31 0:31.31 0:2r.31 0:2z.31
0:31.31.1e 0:2r.31.1e 0:31.1e 0:2z.31.1e 0:31.31.1f 0:2r.31.1f 0:31.1f 0:2z.31.1f 0:31.6qd.37 0:31.6qd.37.1e 0:28.2p
0:2z.28.2p 0:25.28.2p 0:1z.28.2p 0:36.2p.2s 0:36.2p.2s.6qd.37 0:36.2p.2s.6qd.37.1e 0:34.37 0:32.37 0:qk.37 0:31.37
0:34.2e 0:32.2e 0:qk.2e 0:31.2e 0:2z.2e 0:25.2e 0:34.2f 0:32.2f 0:qk.2f 0:31.2f 0:2z.2f 0:25.2f 0:2z.q1 0:25.q1
0:2p.1a.31.1a 0:1u.35 0:2r.2r 0:2r.2s 0:1v.6qd.2z.2v 0:1v.33.1a 0:2s.1u 0:1z.3d 0:2w.2p 0:20.28 0:2x.32 0:23.23
0:23.25 0:2z.38 0:30.31 0:30.32 0:30.33.2v 0:30.3c 0:31.2q 0:31.2x.30 0:31.33.30 0:28.20 0:34.1a.31.1a 0:28.28.25
0:28.2a 0:37.36 0:2b.3a 0:2f.2q 0:2e.6qd.31 0:1t.6qd.31 0:1d.k4l 0:1e.k4l 0:1f.k4l 0:1g.k4l 0:1h.k4l 0:1i.k4l
0:1j.k4l 0:1k.k4l 0:1l.k4l 0:1d.1c.k4l 0:1d.1d.k4l 0:1d.1e.k4l 0:1d.1f.k4l 0:1d.1g.k4l 0:1d.1h.k4l 0:1d.1i.k4l
0:1d.1j.k4l 0:1d.1k.k4l 0:1d.1l.k4l 0:1e.1c.k4l 0:1e.1d.k4l 0:1e.1e.k4l 0:1e.1f.k4l 0:1e.1g.k4l 0:1e.1h.k4l
0:1e.1i.k4l 0:1e.1j.k4l 0:1e.1k.k4l 0:1e.1l.k4l 0:1f.1c.k4l 0:1f.1d.k4l 0:2v.2p.30 mlr*4: 1*a: u:ui 0:uk 0*2: 28*2:
3i:x2n 3r:86 0:9f 8: 3: 4: n*5: 2g*2: 1e*i: q*i: 1g*8: p*d: 18*4: 1b*e: 10: 1v*e: c: 8*2: 19*3: 1e: 1*3: 2*2: 5*2:
1: 15*5: 5*2: 2t:x0n 0:xtj 0:h7 0:xua 3n*8: 1*2: f82:rpk 0:kc4 0:s7e 0:rt4 0:lw1 0:fg2 0:gkl 0*2:vj0 0:hn5 0:ssx
0:gw7 0:hmw 0:jcm 0:ne1 0:p6t 0:qin 0:qt6 0:r20 0:sjz 0:kxu 0:ljv 0:mah 0:mvy 0:q4d 0:sq2 0:uep 0:fia 0:ghh 0:l50
0:mjf 0:qi5 0:v8e 0:ifk 0:m3v 0:qfh 0:r50 0:jih 0:pnc 0:qvz 0:iq2 0:kd3 0:lm2 0:mpo 0:slq 0:fpi 0:g53 0:gda 0:jwk
0:l3n 0:mj4 0:nhj 0:pa9 0:qh2 0:qjg 0:s1b 0:tv6 0:upb 0:v7e 0:nt8 0:nzz 0:otc 0:q15 0:t1g 0:vb3 0:rfa 0:hjz 0:iro
0:okg 0:pdq 0:mle 0:nuy 0:rsy 0:ttj 0:hjs 0:i8y 0:kyb 0:lp6 0:lxr 0:oq7 0:oxj 0:tor 0:gcy 0:pe3 0:g64 0:g5o 0:o4c
0:ou6 0:q29 0:tpx 0:rk0 0:jin 0:kxu 0:rge 0:fg9 0:i5j 0:iz6 0:mtj 0:n74 0:gev 0:nwb 0:fr3 0:iw9 0:ff1 0:lho 0:k1k
0:opu 0:gjn 0:hge 0:ni9 0:q4p 0:re2 0:la2 0:sds 0:lfs 0:jjy 0:put 0:jog 0:n6t 0:fji 0:g2x 0:g5l 0:kn5 0:oo7 0:prj
0:rf6 0:ssv 0:gdx 0:gn6 0:ho3 0:ir0 0:k3p 0:m4e 0:nxm 0:tkd 0:ui2 0:vbr 0:vda 0:gbf 0:kau 0:l87 0:sbm 0:ino 0:j9s
0:jcw 0:jve 0:lyb 0:mdl 0:n0p 0:o22 0:ovo 0:pdb 0:s9y 0:q9a 0:sgz 0:t3e 0:g7r 0:gbn 0:gql 0:ma0 0:r0i 0:re2 0:iq1
0:iyd 0:jnf 0:l9q 0:oji 0:mt1 0:fl0 0:h6h 0:i5j 0:iii 0:izg 0:muq 0:mzt 0:p7e 0:pc6 0:svo 0:tti 0:tvs 0:u1k 0:fpn
0:o1a 0:ss4 0:trs 0:j4x 0:fie 0:fyy 0:i5q 0:i7z 0:k2h 0:kxu 0:mha 0:ncy 0:q9o 0:sjg 0:vil 0:k94 0:tny 0:gax 0:kfv
0:kj7 0:lkx 0:luk 0:mx5 0:n6h 0:nsb 0:opc 0:u3i 0:g31 0:je6 0:tq0 0:fu3 0:ie1 0:lpm 0:sa2 0:ivf 0:j7o 0:kk7 0:mtj
0:tqe 0:g89 0:glr 0:i91 0:k5v 0:kem 0:ko8 0:lid 0:mx2 0:naa 0:p6h 0:r0v 0:r1d 0:sss 0:tsy 0:gfz 0:lve 0:gm5 0:mhc
0:n14 0:qgq 0:tr7 0:uvr 0:vbz 0:kgn 0:lor 0:pns 0:o97 0:obk 0:olu 0:mo0 0:m8p 0:riw 0:fk0 0:px2 0:g8q 0:g7b 0:ip2
0:jir 0:onq 0:i2t 0:ljy 0:kac 0:saj 0:qx8 0:tot 0:r63 0:iqb 0:g1s 0:gxs 2:hga 1:k8k 2:g66 0:mqy 0:ngq 0:ny4 0:nz2
0:nz9 0:o0f 0:tw6 0:on2 0:p8d 1:qhe 1:rg8 2:shk 0:sn1 3:u7j 0:u7w 0:u94 0:v5g 0:sm6 0:trr 0:fqm 0:fzb 0:g25 0:gcp
0:gdg 0:ggh 0:gwt 0:gzq 0:h2g 0:hfk 0:hig 0:i90 0:i9a 0:j2s 0:j8o 0:j9q 0:jci 0:k0f 0:k4i 0:k9d 0:kn9 0:lmf 0:lqy
0:lya 0:mem 0:mjv 0:mxu 0:ntd 0:ny6 0:nyh 0:nyg 0:nyo 0:nyu 0:nz1 0+2:o0d 0:o5c 0:o75 0:og0 0:ovo 0:ow9 0:oxt 0:p6a
0:pad 0:pnx 0*2:prt 0:q53 0:r2o 0:r6e 0:rgh 0:ri1 0:rtf 0:ruw 0:sdy 0:shk 0:tsz 0:u0v 0:u2j 0:j1x 0:36cu 0:pp4 2:ffq
0:g51 0:g2w 0:fpc 0:g1x 0:g3k 0:gcn 0:ge2 0:gwt 0:gut 0:gwp 0:gyq 0:hga 0:hir 0:hms 0:hn8 0:huq 0:i08 0:iqa 0:iqh
0:iuh 0:iwd 0:j4o 0:j7y 0:j60 0:j9q 0:j8g 0:jci 0:jec 0:jpg 0:jrw 0:jte 0:k0m 0:k8k 0:kd3 0:kd7 0:keu 0:l89 0:la2
0:lkx 0:lwb 0:lvv 0:lya 0:m5a 0:mem 0:nmv 0:mk5 0:mnj 0:mqy 0:n01 0:n46 0:n5n 0:nbx 0:nbz 0:ngq 0:nh7 0:nhw 0:nka
0:nk0 0:nv0 0:o8h 0:og0 0:ol7 0:orf 0:ovo 0:p4u 0:pad 0:pxu 0:q27 0:qrd 0:r41 0:r5y 0:r6e 0:ren 0:rg8 0:rez 0:rgh
0:rge 0:rfx 0:ri1 0:rka 0:ruw 0:sag 0:sj6 0:srd 0:sxi 0:tq4 0:tsz 0:tw6 0:tzv 0:u0v 0:u17 0:u2j 0:umq 0:vj0 0:313e
0:3138 0:33dh 0:brx 0:cns 0:cop 0:39e1 0:3bgw 0:3i6r 0:vgj 0:vim 12:2u.2u 0:2u.2x 0:2u.30 0:2u.2u.2x 0:2u.2u.30
0*2:37.38 c:12s.12u 0:12s.12d 0:12s.12j 0:132.12u 0:12s.12l 5:15l 0: 0:16a 0:15u 0:15c 0+2:15f 0+3:15n 0:160 0:162
0:17 0*4:161 0*3:15c 0+6:15d 1+5:15k 1%2:15q 0%2:15t 0%2:15w 0+4:15z 0:15h 0:15d 0:15n 0:15w 0:15c.15o 0*2:19t
0*4:1a3 0*4:1a6 0*4:1a8 0*4:1a2 0*4:1a7 0*4:1a1 0*4:1b8 0*4:1ba 0*4:1ac 0*4:1ab 0*4:1ae 0*4:1af 0*2:1al 0*2:1ak
0*2:1am 0*2:1ag 0*2:1aw 0*2:1ap 0*4:1bd 0*4:1bj 0*4:1bn 0*4:1bl 0*2:1bu 0*4:1bv 0*2:1cl 0*4:1c1 0*4:1by 0*4:1ci
x*4:1bh 0*2:1c7 0*2:1c6 0*2:1c8 0:1c7.19w 0*2:1cb 0*2:1c5 0*2:1c9 0*4:1cg 0*2:18p 0*2:18q.17r 0*2:18q.1cl
0*2:18q.18o 0*2:18q.1c7 0*2:18q.1c6 0*2:18q.1c8 0*3:18q.1cg 0*3:18q.18p 0*4:1cc 0:18q.17w 0:18q.17x 0:18q.18l
0:18q.18p 0:18q.18q 0:17s.17w 0:17s.17x 0:17s.17y 0:17s.18l 0:17s.18p 0:17s.18q 0:17u.17w 0:17u.17x 0:17u.17y
0:17u.18l 0:17u.18p 0:17u.18q 0:17v.17w 0:17v.18l 0:17v.18p 0:17v.18q 0:17w.17x 0:17w.18l 0:17x.17w 0:17x.18l
0:17y.17w 0:17y.17x 0:17y.18l 0:183.17w 0:183.17x 0:183.17y 0:183.18l 0:185.17x 0:185.18l 0:186.17w 0:186.17x
0:186.17y 0:186.18l 0:187.17x 0:187.18l 0:188.18l 0:189.17w 0:189.18l 0:18a.17w 0:18a.18l 0:18h.17w 0:18h.17x
0:18h.17y 0:18h.18l 0:18h.18p 0:18h.18q 0:18i.17x 0:18i.18l 0:18i.18p 0:18i.18q 0:18j.17r 0:18j.17w 0:18j.17x
0:18j.17y 0:18j.18k 0:18j.18l 0:18j.18p 0:18j.18q 0:18k.17w 0:18k.17x 0:18k.17y 0:18k.18l 0:18k.18p 0:18k.18q
0:18l.17w 0:18l.17x 0:18l.17y 0:18l.18l 0:18l.18p 0:18l.18q 0:18m.17w 0:18m.17x 0:18m.17y 0:18m.18l 0:18m.18p
0:18m.18q 0:18n.17w 0:18n.18l 0:18n.18p 0:18n.18q 0:18q.17w 0:18q.17x 0:18q.17y 0:18q.18l 0:18q.18p 0:18q.18q
0+2:180 0:18p 0*6:w 0:18q.181 0:18q.182 0:18q.18l 0:18q.18m 0:18q.18p 0:18q.18q 0:17s.181 0:17s.182 0:17s.18l
0:17s.18m 0:17s.18p 0:17s.18q 0:17u.181 0:17u.182 0:17u.18l 0:17u.18m 0:17u.18p 0:17u.18q 0:17v.181 0:17v.182
0:17v.18l 0:17v.18m 0:17v.18p 0:17v.18q 0:18h.18p 0:18h.18q 0:18i.18p 0:18i.18q 0:18j.17r 0:18j.18k 0:18j.18l
0:18j.18p 0:18j.18q 0:18k.18l 0:18k.18p 0:18k.18q 0:18l.17r 0:18l.18l 0:18m.181 0:18m.182 0:18m.18l 0:18m.18m
0:18m.18p 0:18m.18q 0:18p 0:18q.181 0:18q.182 0:18q.18l 0:18q.18m 0:18q.18p 0:18q.18q 0:18q.17w 0:18q.17x 0:18q.17y
0:18q.18l 0:18q.18n 0:17s.17w 0:17s.17x 0:17s.17y 0:17s.18l 0:17s.18n 0:17u.17w 0:17u.17x 0:17u.17y 0:17u.18l
0:17u.18n 0:17v.18l 0:17w.17x 0:17w.18l 0:17x.17w 0:17x.18l 0:17y.17w 0:17y.18l 0:183.17w 0:183.17x 0:183.17y
0:183.18l 0:185.17x 0:185.17y 0:185.18l 0:186.17w 0:186.17x 0:186.17y 0:186.18l 0:187.17x 0:188.18l 0:189.17w
0:189.18l 0:18a.17w 0:18a.18l 0:18h.17w 0:18h.17x 0:18h.17y 0:18h.18l 0:18i.17x 0:18i.18l 0:18j.17w 0:18j.17x
0:18j.17y 0:18j.18k 0:18j.18l 0:18k.17w 0:18k.17x 0:18k.17y 0:18k.18l 0:18k.18n 0:18l.17w 0:18l.17x 0:18l.17y
0:18l.18l 0:18m.17w 0:18m.17x 0:18m.17y 0:18m.18l 0:18m.18n 0:18n.17w 0:18n.18l 0:18n 0:18q.17w 0:18q.17x 0:18q.17y
0:18q.18l 0:18q.18n 0:18q.18l 0:18q.18n 0:17s.18l 0:17s.18n 0:17u.18l 0:17u.18n 0:17v.18l 0:17v.18n 0:183.18l
0:183.18n 0:184.18l 0:184.18n 0:18j.18k 0:18j.18l 0:18k.18l 0:18m.18l 0:18m.18n 0:18q.18l 0:18q.18n 0*3:18g
0:187.18p 0:187.18q 0:189.18p 0:189.18q 0:18a.18p 0:18a.18q 0:183.18p 0:183.18q 0:184.18p 0:184.18q 0:17x.18p
0:17x.18q 0:17w.18p 0:17w.18q 0:17y.18p 0:17y.18q 0:185.18p 0:185.18q 0:186.18p 0:186.18q 0:184.17w 0:184.17x
0:184.17y 0:184.18l 0:184.181 0:183.181 0:185.181 0:186.181 0:187.18p 0:187.18q 0:189.18p 0:189.18q 0:18a.18p
0:18a.18q 0:183.18p 0:183.18q 0:184.18p 0:184.18q 0:17x.18p 0:17x.18q 0:17w.18p 0:17w.18q 0:17y.18p 0:17y.18q
0:185.18p 0:185.18q 0:186.18p 0:186.18q 0:184.17w 0:184.17x 0:184.17y 0:184.18l 0:184.181 0:183.181 0:185.181
0:186.181 0:184.17w 0:184.17x 0:184.17y 0:184.18l 0:183.18n 0:184.18n 0:187.18l 0:183.17w 0:183.17x 0:183.17y
0:184.17w 0:184.17x 0:184.17y 0:187.18l 0:188.18l 0*2:17r i:17u.17w.18l 0*2:17u.17x.17w 0:17u.17x.18l 0:17u.17y.18l
0:17u.18l.17w 0:17u.18l.17x 0:17u.18l.17y 0*2:17w.18l.17x 0:17x.18l.18q 0:17x.18l.18p 0:183.17x.17w 0:183.17w.17x
0:183.17w.18p 0*2:183.18l.17x 0:183.18l.17w 0*2:183.18l.18l 0*2:185.17x.17x 0:185.18l.18l 0*2:184.17x.18l
0:184.17w.18q 0*2:184.18l.17y 0*2:184.18l.18l 0:186.17x.18p 0*2:186.17y.18l 0*2:187.18l.17x 0:187.18l.18l
0:187.18l.18q 0:189.17w.18l 0*2:189.18l.18l 0:189.18l.18p 0:18a.18l.18l 0:18a.18l.18q 0:18a.18l.18p 0*2:18h.17y.18l
0:18i.18l.17x 0:18i.18l.18l 0:18k.17x.18l 0:18k.17x.18q 0:18k.17x.18p 0*2:18k.17w.17w 0*2:18k.17y.18l
0*2:18k.18l.17x 0:18l.17x.17w 0:18l.17x.18l 0:18l.17x.18q 0:18l.17w.17x 0:18l.17w.18l 0:18l.17y.17w 0:18l.17y.18l
2:18l.17w.17y 0:18n.18l.17w 0:18n.18l.18l 0:18m.17x.18l 0:18m.17x.18p 0*2:18m.17w.18l 0:18m.17w.18p 0:18m.18l.18q
0:18m.18l.18p 0*2:18q.18l.18l 0:17s.17y.18q 0:17u.17w.18q 0:17u.17w.18p 0:17u.17y.18q 0:17u.17y.18p 0:17u.18l.18q
0:17u.18l.18p 0:17w.18l.18q 0:17w.17x.18p 0:17w.18l.18p 0:183.17y.18p 0:185.17x.18q 0:184.17x.18q 0:186.17x.18q
0:18k.17w.18q 0:18k.18l.18q 0:18q.17x.18q 0:18q.17w.18q 0:18q.18l.18q 0:18l.18l.18q 0:18i.18l.18q 0:18m.17x.18q
0:18i.18l.17x 0:18k.17x.18l 0:189.18l.18q 0:18j.18l.18q 0:18m.17w.17x 0:18l.17y.18q 0:18k.17w.18l 0:18j.18l.18l
0:18k.17w.18l 0:18m.17w.17x 0:17w.17x.18q 0:17x.17w.18q 0:18l.17w.18q 0:18h.18l.18q 0:17s.17x.18q 0:18j.18l.18l
0:189.17w.18l 0:185.18l.18l 0:183.17y.18q 0:18m.17w.18q 14:185.18k.1ci 0:18i.18k.1ci 0:17r.18k.18k.18n
0:17r.18j.17s.181 0:18l.17x.18l.17z 0:185.18k.189.18l 0:181.183.18o.18k 0:189.18k.18q.18n 0:18o.183.18k.18l
0:185.18k.18p 0:185.18k.18p.w.17r.18k.18k.18n.w.189.18k.18q.18n.w.18o.183.18k.18l 0:17w.18k.w.17w.18k.17r.18k.18n
0:181.1cc.17r.18k 3*g: 0:18 0+2:9hd 0+2:1m 0:x 0:1r 0+2:9hy 0:1a.1a.1a 6*g: 0:1a.1a 0:6c4 0:6c3 0*2:2n 0+2:14 0:3f
0:3h 0+2:9hw 0+2:9hs 0+2:9hm 0+2:9hk 0+4:9ho 2:2j 0:2l 0*4:w 0*3:2n 0:18 0:9hd 0:1a 1:1n 0:1m 0:1r 0:x 0:6c4 0+2:14
0:3f 0:3h 0+2:9hw 0:z 0:12 0+2:16 0:19 0:1o 0:1q 0:1p 1:2k 0+2:10 0:1s 4:w 0:18g 0:w 1:w 1:w 0:18g 0:w 0:18g 0:w
0:18g 0:w 0:18g 0:w 0:18g 0:17l 0*4:17r 0*2:18o 0*2:17r 0*4:18q 0*2:17r 0*4:17s 0*2:17t 0*4:17u 0*4:17v 0*4:17w
0*4:17x 0*4:17y 0*2:17z 0*2:180 0*2:181 0*2:182 0*4:183 0*4:184 0*4:185 0*4:186 0*4:187 0*4:188 0*4:189 0*4:18a
0*4:18h 0*4:18i 0*4:18j 0*4:18k 0*4:18l 0*4:18m 0*4:18n 0*2:18o 0*2:18p 0*4:18q 0*8:18k.17r 4+2m:x 0+2:879 0:9he
0+2:9ho 0:9hd 0:9ob 0:9o2 0:9lt 0:9lv 0:9lx 0:9lz 0:9m1 0:9nn 0:9np 0:9nr 0:9mr 0:9oc 0:9lu 0:9lw 0:9ly 0:9m0
0+2:9m2 0:9m5 0:9m7 0:9m9 0:9mb 0:9md 0:9mf 0:9mh 0:9mj 0:9ml 0:9mn 0:9mp 0:9ms 0:9mu 0:9mw 0+6:9my 0:9n6 0:9n9
0:9nc 0:9nf 0+5:9ni 0:9no 0:9nq 0+6:9ns 0:9nz 0:9o3 0*2: 0:3fk 0+2:3cw 0:3hm 0:3cy 0+2:3ho 0+3:3cz 0+6:3hs 0:3dm
0+3:3d2 0:3dt 0+a:3d5 3+6:3fl 2+6:3fr 2+6:3fx 2+3:3g3 3+2:4i 0:4s 0:w 0:4m 0:4l 0:6g9 1:7b6 0+4:6mo 0:7fk 0:7gr em:
6a: 45*5: 1ae*3: 1*2: 5*4: 14*3: 4: 4l*2: 109*3: 1h*f: 1k*4: n%2:1huh e:1hut 4*b: 1x*3: 10*e: 1q: c*3: 1c*e: 9*3:
2n*c: 6: 4g*c: l*4: 1k: 1*7: 2*2: 2*3: 9: a*2: 2*7: 3*5: 5c*i: 2x*k: 6j*7: 2*9: r*2: 2a*h: 2y*d: 2t*f: zn*8: 1*8:
2a*m: 1*e: fg9*5: 1n*7: t6*1a: g*4: f7u*2: 43j+2:2jx3 0*5:2jx4 0*5: 3*6: 8*8: 2*7: u*4: d+2:2jzt 0+2:2jzt 0+2:2jzt
3l*3: cb+q:1t 0+q:2p 0+q:1t 0+7:2p 1+i:2x 0+q:1t 0+q:2p 0%2:1t 0:1w 2:1z 2+2:22 2+4:26 1+8:2b 0+4:2p 1%2:2u 0+6:2x
1+b:34 0+q:1t 0+q:2p 0+2:1t 1+4:1w 2+8:22 1+7:2b 1+q:2p 0+2:1t 1+4:1w 1+5:21 1:27 3+7:2b 1+q:2p 0+q:1t 0+q:2p 0+q:1t
0+q:2p 0+q:1t 0+q:2p 0+q:1t 0+q:2p 0+q:1t 0+q:2p 0+q:1t 0+q:2p 0:8h 0:fr 2+h:pd 0:pk 0+7:pv 0:6pz 0+p:q9 0:6pu 0:qd
0:qg 0:qi 0:qu 0:qp 0:qo 0+h:pd 0:pk 0+7:pv 0:6pz 0+p:q9 0:6pu 0:qd 0:qg 0:qi 0:qu 0:qp 0:qo 0+h:pd 0:pk 0+7:pv
0:6pz 0+p:q9 0:6pu 0:qd 0:qg 0:qi 0:qu 0:qp 0:qo 0+h:pd 0:pk 0+7:pv 0:6pz 0+p:q9 0:6pu 0:qd 0:qg 0:qi 0:qu 0:qp 0:qo
0+h:pd 0:pk 0+7:pv 0:6pz 0+p:q9 0:6pu 0:qd 0:qg 0:qi 0:qu 0:qp 0:qo 0+2:rg 2+a:1c 0+a:1c 0+a:1c 0+a:1c 0+a:1c e8*1j:
4*1e: 8: e: m*5: 1*f: 11s*7: 1*h: 2*7: 1*2: 1*5: 1ph*7: 31*7: xh+2:17r 0:17w 0:17z 1:18o 0:182 0:17x 0:187 0:18q
0+4:18j 0:183 0:189 0:18h 0:185 0:18i 0:181 0:184 0+2:17u 0:17y 0:180 0:186 0:188 0:18a 0:19q 0:1bu 0:1b5 0:19r
1:17s 0:17w 1:18n 2:17x 1:18q 0+4:18j 0:183 0:189 0:18h 0:185 0:18i 1:184 0+2:17u 0:17y 1:186 1:18a 6:17w 4:17x
1:18q 1%2:18k 0:183 0:189 1:185 0:18i 1:184 2:17y 1:186 1:18a 1:1bu 1:19r 1:17s 0:17w 1:18n 2:17x 0:187 0:18q
0%2:18j 0:18m 0:183 0:189 0:18h 0:185 0:18i 1:184 0+2:17u 0:17y 1:186 0:188 0:18a 0:19q 1:1b5 1+2:17r 0:17w 0:17z
0+2:18n 0:182 0:17x 0:187 0:18q 1+3:18k 0:183 0:189 0:18h 0:185 0:18i 0:181 0:184 0+2:17u 0:17y 0:180 0:186 0:188
0:18a 5:17s 0:17w 0:17z 1:18o 0:182 0:17x 0:187 0:18q 1+3:18k 0:183 0:189 0:18h 0:185 0:18i 0:181 0:184 0+2:17u
0:17y 0:180 0:186 0:188 0:18a g4:1c.1a 0:1c.18 0:1d.18 0:1e.18 0:1f.18 0:1g.18 0:1h.18 0:1i.18 0:1j.18 0:1k.18
0:1l.18 5:14.1t.15 0:14.1u.15 0:14.1v.15 0:14.1w.15 0:14.1x.15 0:14.1y.15 0:14.1z.15 0:14.20.15 0:14.21.15
0:14.22.15 0:14.23.15 0:14.24.15 0:14.25.15 0:14.26.15 0:14.27.15 0:14.28.15 0:14.29.15 0:14.2a.15 0:14.2b.15
0:14.2c.15 0:14.2d.15 0:14.2e.15 0:14.2f.15 0:14.2g.15 0:14.2h.15 0:14.2i.15 0:9hw.2b.9hx 0:1v 0:2a 0:1v.1w 0:2f.2i
1+q:1t 0:20.2e 0:25.2e 0:2b.1w 0:2b.2b 0:28.28.2e 0:2f.1v q:25.1v 0:25.1w 10:1w.22 33:9kr.9jf 0:9mb.9mb 0:9md d:jez
0:i1j 0:gjw 0:9mu 0:fik 0:hlm 0:r8j 0:hm1 0:fj8 0:k68 0:mch 0:k2h 0:g99 0:ivg 0:g3x 0:k34 0:g7x 0:oqq 0:n4v 0:rs9
0:hkg 0:gmx 0:lxw 0:jh1 0:jmd 0:feo 0:fex 0:si2 0:ijq 0:ffx 0:gkz 0:jk7 0:rxs 0:jf7 0:o01 0:o6y 0:glk 0:lts 0:kcp
0:kco 0:n5f 0:gaa 0:gxi 0:sp9 4:9hw.kdo.9hx 0:9hw.fex.9hx 0:9hw.fik.9hx 0:9hw.i2x.9hx 0:9hw.m9l.9hx 0:9hw.jf7.9hx
0:9hw.nh3.9hx 0:9hw.gd9.9hx 0:9hw.k0n.9hx 7:ivr 0:gkv 1fou:fgd 0:fg8 0:fgh 0:2tcy 0:fog 0:fqm 0:fqz 0:fsy 0:fwa
0:fx5 0:fzb 0:fyn 0:ae6 0:2ud6 0:g25 0:g2c 0:g2s 0:g3b 0:2u58 0:aex 0:g2v 0:g3x 0:2u6j 0:g47 0:g4k 0:fkc 0:g4s 0:g51
0:3ly7 0:g6t 0:g77 0:afz 0:g8r 0:g92 0:gaa 0:gaf 0:ahh 0:gcn 0:gcp 0:gdg 0:ge2 0+2:ged 0:gev 0:gg9 0:ggh 0:ggq 0:ghf
0:ghp 0*3:ghr 0:2v58 0:m7k 0:gju 0:gkf 0:2vdv 0:gkr 0:gkx 0:gli 0:gpq 0:gmw 0:gnc 0:go8 0:gpu 0:gs6 0:gsw 0:gur
0:gv7 0*2:gw4 0:gwp 0:gx7 0:gxf 0:gxu 0:h7a 0:gzq 0:h7b 0:h1t 0:h2s 0:g7b 0:hke 0:hce 0:hdg 0:he5 0:haj 0:hf6 0:hf5
0:hik 0:2x9g 0:hki 0:hkn 0:hl2 0:hlm 0:hlu 0:hnm 0:2xm0 0:2xnu 0:hrg 0:hsr 0:ht3 0:hqw 0:huu 0:aum 0:av0 0:hzc
0*2:i0u 0:2y88 0:i4j 0:i54 0:i5j 0:i5v 0:2yhk 0:i67 0:i6e 0:itv 0:i76 0:ayp 0:i8w 0:i9a 0:ibk 0:ia5 0:2z1g 0:if7
0:2z1i 0:ige 0:igb 0:igs 0+2:ijl 0:b3j 0:ikd 0:ilk 0:im5 0:ind 0:b4y 0:2zr7 0:b5o 0:ipc 0:ipf 0:ipi 0:iq2 0:3pg2
0:iri 0*2:3035 0:poh 0*2:isi 0:b7r 0:335k 0:3cgq 0:iua 0:iuj 0:b8j 0:ivu 0:ix9 0:ixj 0:iyh 0:j29 0:bay 0:ba4 0:j2s
0:30t0 0:j47 0:j7s 0:j7w 0:j7y 0:j7w 0:j96 0:j9q 0:jaq 0:jac 0:jan 0:jby 0:jci 0:jcm 0:jdc 0:jdn 0:jfh 0:jht 0:jis
0:jm8 0:31n0 0:jlp 0:jjw 0:jmw 0:jnn 0:jqc 0:31td 0:js2 0:jph 0:jop 0:bhq 0:ju1 0:jum 0:jvh 0:juf 0:bjg 0:k0f 0:k18
0:32mi 0:k4j 0:kc8 0:k7d 0:bo9 0:k9d 0:bns 0:bms 0:g42 0:g45 0:kcg 0:k9o 0:pf1 0:deh 0:kd3 0:kd7 0:kdd 0:kf2 0:ker
0:33cz 0:bpl 0:kje 0:kg5 0:klu 0:kn9 0:33hp 0:kni 0:kkf 0:kr8 0:brx 0:ksi 0:kv7 0:kx6 0:l2g 0:33xf 0:l3v 0:bvc 0:l5t
0:34br 0:l78 0:bwu 0:l82 0:l9b 0+2:la2 0:34p9 0:2yvf 0:34sa 0:le6 0:354s 0:lhb 0:lhp 0:lev 0:ljq 0:lku 0:lmf 0:lkx
0:lm1 0:lmg 0:lmt 0:357i 0:lkk 0:lrj 0:lta 0:c37 0:lvv 0:lvr 0:35jl 0:lq1 0:m0e 0:35ni 0:35ou 0:m2u 0:m61 0:m5a
0:m57 0:c5y 0:m6i 0:m7x 0:m7r 0:m99 0:2u5h 0:mdh 0:368z 0:mfw 0:36i3 0:mjs 0:mk5 0:mkw 0:36yw 0:mm8 0:mmt 0:3779
0:37dg 0:mt6 0:mtn 0:cdo 0:mud 0*2:ce0 0:myv 0:mzg 0:n01 0:n0l 0:n2i 0:cgr 0:n50 0:386u 0:n5q 0:389e 0:n74 0:2zrz
0:nbk 0:38v5 0:38vs 0:38zo 0:cn0 0:cnc 0:nhw 0:394j 0:394i 0:395l 0:396b 0+2:nj2 0:nj3 0:nka 0:cop 0:nm3 0:cp2 0:cra
0:39r1 0:nri 0:nt8 0:nv0 0:ctf 0:3a5i 0:nyu 0:3a8q 0:3a9x 0:o0f 0:o2z 0:cvj 0:o5c 0:o5m 0:o5r 0:3at8 0*2:3b1j 0:oa6
0:d1e 0:3b8r 0:og6 0:og9 0:d2f 0:3beo 0:onm 0:d5s 0:oo8 0:oo3 0:oow 0:3c06 0:orn 0:d8h 0:ouf 0:ow2 0:oxx 0:d9w
0:3ciw 0:3cjr 0:dax 0:3cnt 0:p6i 0:3cqm 0:p79 0:pa2 0:pad 0:3d22 0:3d43 0:pcw 0:3d7s 0:pdc 0:33a7 0:ded 0:pf6 0:phf
0:dfv 0:pj2 0:hx1 0:3dlz 0:3dmd 0:33bn 0:33bw 0:poh 0:pok 0:sda 0:dij 0:psh 0:psb 0:pst 0:gc3 0:ptd 0:ptf 0:ptp
0:puu 0:3ebg 0:put 0:pwd 0:pyb 0:q0d 0:pwj 0:q0t 0:q1z 0:q53 0:pxv 0:q16 0:q18 0:q1o 0:3eie 0:3eqz 0:3emt 0:dnv
0:q9d 0:q9f 0:qae 0:3g0a 0:qck 0:3f3g 0:dp9 0:dpd 0:3f75 0:3ff6 0:dpn 0:qj4 0:qjg 0:qjr 0:qjt 0:qll 0:qko 0:qoe
0:qn6 0:qrd 0:qp4 0:qqz 0:qrq 0:dsn 0:qu9 0:qv5 0:dtl 0:qxs 0:qxv 0:3giv 0:r13 0:r1a 0:dv9 0:r22 0:aez 0:3gz2 0:3h46
0:dz2 0:dzb 0:rds 0:rfx 0:rka 0:rpx 0:3hrc 0:rsb 0:rsx 0:rvf 0:rxz 0:3i9b 0:2upw 0:s0b 0:rzw 0:s1c 0:2uvy 0:s7o
0:sag 0:3jki 0:3jl9 0:sk4 0:smp 0:snl 0:3ju6 0:snv 0:svs 0+2:t07 0:sxo 0:t89 0:t91 0:3ksa 0:tjf 0:ej9 0:tkn 0:3l2v
0:eli 0:ts3 0:iia 0:tur 0:3ltx 0:3lzu 0:epa 0:epi 0:u00 0:3mdm 0:er6 0:3mhi 0*2:u17 0:u21 0:3mpi 0:u76 0:eur 0:u95
0:ucn 0:ude 0:uf2 0:ez2 0:3nsg 0:umq 0:uv4 0:v0d 0:f66 0:f71 0:v3b 0:3owe 0:f7c 0:3oxx 0:3p5a 0:3p8x 0:vcr 0:f9y
0:veh 0:vem 0:vet 0:vf3 0:vfa 0:vgb 0:3pxc fhlu*6o:
`

/** Lower case of single code points. */
export const lowerCase = `
1t+q:2p 2t+n:68 1+7:6w x%o:75 1:2x.lj 1%3:8j 2%8:8q 2%n:97 1:73 0%3:ai 3:gj 0%2:ar 1:gk 0:aw 1+2:gm 0:b0 2:d9 0:gp
0:gr 0:b6 1:gw 0:gz 1:h5 0:h4 0:bd 3:hb 0:he 1:hh 0%3:bl 1:hs 0:bs 1:hv 2:bx 1:i0 0:c0 1+2:i2 0%2:c4 1:ia 0:c9 3:cd
7*2:cm 1*2:cp 1*2:cs 1%8:cu 2%9:db 2*2:dv 1:dx 1:b9 0:cf 0%k:e1 1:bi 1%9:f7 7:8rp 0:fw 1:be 0:8rq 2:g2 1:ao 0:i1
0:i4 0%5:g7 81%2:oh 3:on 8:s3 6:q4 1+3:q5 1:r0 1+2:r1 1+h:q9 1+9:qr z:rb 8%c:rd 5:qg 2:s8 1:s2 0:sb 2+3:or 0+g:uo
0+w:ts 1c%h:v5 9%r:wb 1:y7 0%7:xu 2%1c:y9 2+12:129 289+12:8w0 1:8x3 5:8x9 k2+28:xv4 0+6:3y0 1oz:5my 6+17:3bk 2+3:3ct
8w%23:5xd 9:67 1%1c:61t 9+8:64g 8+6:64w a+8:65c 8+8:65s 8+6:668 b%4:66p 8+8:674 o+8:680 8+8:68g 8+8:68w 8+2:69c
0+2:67k 0:69f b+4:67m 0:69v b+2:6a8 0+2:67q c+2:6ao 0+2:67u 0:6at b+2:67s 0+2:67w 0:6b7 89:qx 3:2z 0:6d 6:6ku
19+g:6ls j:6mc mq+q:79s 1f4+1c:8q8 1c:8rl 1:h7 0:5tp 0:hp 2%3:8rs 1:gh 0:hd 0:gg 0:gi 1:8s3 2:8s6 8+2:fz 0%1e:8sh
8%2:8vg 4:8vn nyl%n:wu9 j%e:ww1 3r%7:x0j 3%v:x0z a%2:x2y 1:5tl 0%5:x33 4:x3g 1:h1 2%2:x3l 3%a:x3r 1:h2 0:gs 0:gx
0:h8 0:h6 1:im 0:hz 0:il 0:xub 0%8:x4l 1:x3o 0:hu 0:5u6 0%2:x54 1:h0 0%8:x59 1:bf o:x6e h7v+q:1ef5 xx+14:1fe0
3s+10:1fiw 4c+b:1fo7 1+f:1foj 1+7:1foz 1+2:1fp7 1d6+1f:1h34 4d+m:1h80 27u+w:1jgg gw0+w:20dc 1s+p:20fv o5j+y:2oma
`

/** Joins the grapheme cluster before it: Extend, SpacingMark, ZWJ. */
export const joiners = `
lc*34 7n*7 7b*19 1 1*2 1*2 1 20*b 1c*l g 2t*7 2*6 2*2 1*4 z u*r 2j*b 1m*9 9 o*4 1*9 1*3 1*5 17*3 1n*9 16*o 1*x 1i*3
1*i 1*7 a*2 t*3 1k 1*7 2*2 2*3 9 a*2 q 2*3 1k 1*5 4*2 2*3 3 u*2 3 b*3 1k 1*8 1*3 1*3 k*2 m*6 1*3 1k 1*7 2*2 2*3 7*3
a*2 u 1n*5 3*3 1*4 9 14*5 1j 1*7 1*3 1*4 7*2 b*2 t*3 1k 1*7 1*3 1*4 7*2 b*2 f c*4 1j*2 1*7 1*3 1*4 9 a*2 t*3 1y 4*6
1 1*8 i*2 1p 1*8 c*8 2q 1*a b*7 21*2 r 1 1 4*2 1d*k 1*2 5*b 1*10 9 2u*b 1*6 n*4 4*3 g*4 d 1*3 6 f jj*3 qa*4 s*3 t*2
u*2 1s*w 9 19*3 1 39*2 y 3a*c 4*c 63*5 1l*a 1 1 2*o 2 1c*v 1d*5 1b*h 12*9 c*3 u*d 1k*e 1c*k 48*3 1*l 4 6 2*3 5i*1s
ek*2 5e*x 2da*3 3x 2o*w fe*6 2x*2 n9w*4 1*a w*2 28*2 7k 3 4 n*5 4 2b*2 1e*i q*i d 12*8 p*d 18*4 1b*e 10 1v*e c 8*2
1a 1f 1*3 2*2 5*2 1 15*5 5*2 6k*8 1*2 fn4 kh*g g*g a6*2 gt 6a 45*5 1ae*3 1*2 5*4 14*3 4 4l*2 fx*4 1t*5 8t*2 27*4
1y*b 1d*4 3e*3 1h*f 15 2*2 a*4 19*b 7 1p*3 10*e g*2 18 c*3 1c*e 8*4 1*2 2k*c 6 2 4d*c l*4 1j*2 1*7 2*2 2*3 9 a*2 2*7
3*5 1v*9 1 2 1*4 1*5 1 e*2 2a*i n 29*k 6j*7 2*9 r*2 2a*h 2y*d 2t*3 2*a 74*f 6t*6 1*2 2*4 1 1*2 3x*7 2*7 3 s*a 14*7
1*4 8 9*b 1a*g b9*8 1*8 2a*m 1*e 3e*6 3 1*2 1*7 1 1u*5 1*2 1*5 9n*4 9*2 1 1c*7 3*5 n 44l 6*f 8ug*i 1xc*5 1n*7 t4
1*1j 7*4 29 b*2 f57*2 3mp*1a 2*n f2*5 3*6 8*8 2*7 u*4 44*3 1iz*1j 4*1e 8 e m*5 1*f 11s*7 1*h 2*7 1*2 1*5 2s 4g*7 af
1p*4 e4*4 72*2 kg*7 31*7 240*5 gx7k*2o 3k*6o
`

/** Joins the grapheme cluster after it: Prepend. */
export const prepends = `
16o*6 5z 1d ao*2 28 vf 1f8u f 6s*2 el 12l 1 6w 21*6 jg cb
`

/** Always a grapheme cluster of its own: Control, CR, LF (below U+10000). */
export const controls = `
0*w 2n*x d 12m 3jl 1ks 2*2 o*7 1d*g 17yn 6o*c
`

/** Python's str.isdigit: decides which pieces of a spiece.model get the digit-comma penalty. */
export const digits = `
1c*a 3c*2 5 146*a 3q*a 5i*a bg*a 3a*a 3a*a 3a*a 3a*a 3a*a 3a*a 3a*a 3a*a 3a*a 2o*a 3a*a 1y*a 7q*a 1y*a jz*9 vi*a
12*a 8c*a 3k*b 4l*a 6*a 52*a 2e*a 3q*a 6*a t2 3*6 6*a ra*9 b*9 b*9 2h a*9 1 hi*9 1*9 1*9 ozx*a iu*a 12*a 5i*a m*a
2e*a ba*a geu*a 13a*a 13q*4 ks*a 86*9 dl*9 b*a 3k*a 1o*a 40*a 7q*a 9i*a 3a*a ae*a 2u*a 2u*a bq*a 2u*a l2*a 6u*a 1y*a
f5i*a 2e*a 3q*a lf8*1e 1ts*a bq*a 192*a 1ie*b 25h*a
`
