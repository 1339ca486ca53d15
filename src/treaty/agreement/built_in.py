"""Lists a document may name without writing them out. A version embeds them, so a later release changes no signed one."""

FREE_MAIL = (
    *"126.com 163.com alice.it aol.com arcor.de att.net bellsouth.net bigpond.com bk.ru bluewin.ch bol.com.br btinternet.com".split(),
    *"centrum.cz charter.net comcast.net cox.net daum.net duck.com fastmail.com free.fr freemail.example freenet.de".split(),
    *"gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com hispeed.ch home.nl".split(),
    *"hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it icloud.com inbox.ru interia.pl kpnmail.nl".split(),
    *"laposte.net libero.it list.ru live.co.uk live.com live.de live.fr mac.com mail.com mail.ru mailbox.org me.com msn.com".split(),
    *"naver.com o2.pl onet.pl op.pl optusnet.com.au orange.fr outlook.com outlook.de outlook.fr planet.nl pm.me posteo.de".split(),
    *"proton.me protonmail.com qq.com rediffmail.com rocketmail.com rogers.com sapo.pt sbcglobal.net seznam.cz sfr.fr".split(),
    *"shaw.ca sina.com sky.com skynet.be t-online.de talktalk.net telefonica.net telenet.be terra.es tin.it tuta.com".split(),
    *"tuta.io tutanota.com uol.com.br verizon.net virgilio.it virginmedia.com wanadoo.fr web.de webmail.example wp.pl".split(),
    *"yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it".split(),
    *"yandex.com yandex.ru ymail.com ziggo.nl zoho.com".split(),
)
"""Mail providers whose domain says nothing about an employer; the two under .example are for demonstrations and tests."""

LISTS: dict[str, tuple[str, ...]] = {"free_mail": FREE_MAIL}
