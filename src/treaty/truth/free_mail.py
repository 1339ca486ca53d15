"""Mail providers whose domain says nothing about an employer. Reviewed by hand; short on purpose."""

FREE_MAIL = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.de hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it live.com live.de msn.com
    yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.co.in yahoo.co.jp ymail.com aol.com icloud.com me.com mac.com
    gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de posteo.de mailbox.org proton.me protonmail.com pm.me
    tutanota.com tuta.io fastmail.com zoho.com mail.com mail.ru yandex.ru yandex.com bk.ru list.ru inbox.ru qq.com 163.com 126.com sina.com
    naver.com daum.net hanmail.net rediffmail.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it alice.it tin.it
    terra.es telefonica.net sapo.pt uol.com.br bol.com.br terra.com.br ziggo.nl planet.nl kpnmail.nl home.nl telenet.be skynet.be
    bluewin.ch hispeed.ch seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl op.pl btinternet.com sky.com talktalk.net virginmedia.com
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net shaw.ca rogers.com bigpond.com optusnet.com.au
    duck.com hey.com freemail.example webmail.example
    """.split()
)
"""The last two are reserved names, used by the demo company and the tests."""
